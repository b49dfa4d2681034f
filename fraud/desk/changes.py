"""The changes of a review: what may be done in which state, and the entry that the journal gets. Pure.

A case is open until somebody takes it; it waits for a decision as long as it is open, in review or escalated. A
decision ends that; only a reopening takes one back.
"""

from datetime import datetime

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.problems import ProblemError
from fraud.desk.review import (
    MAX_ENTRIES,
    UNDECIDED,
    CaseState,
    DecidedOn,
    EntryKind,
    JournalEntry,
    Review,
    ReviewOutcome,
)
from fraud.desk.rows import CaseRow

APP = Caller(name="the app", role="operator", by="app")


class Change(msgspec.Struct, frozen=True):
    """The changed review, and the entry that tells of the change."""

    review: Review
    entry: JournalEntry


def assigned(case: CaseRow, who: Caller, when: datetime, assignee: str | None, why: str | None) -> Change:
    """Assign a case to somebody, or to nobody. Raises ProblemError (409) once it is decided."""
    _undecided(case)
    state = case.review.state
    if state != "escalated":
        state: CaseState = "in_review" if assignee else "open"
    changed = msgspec.structs.replace(case.review, state=state, assignee=assignee)
    return _change(case, changed, who, when, "assigned", why)


def commented(case: CaseRow, who: Caller, when: datetime, text: str) -> Change:
    """Add a comment, in any state."""
    return _change(case, case.review, who, when, "commented", text)


def decided(case: CaseRow, who: Caller, when: datetime, outcome: ReviewOutcome, why: str) -> Change:
    """Decide a case. Raises ProblemError (409) if it is decided, or in another analyst's hands."""
    _undecided(case)
    review = case.review
    if review.assignee not in (None, who.name) and not who.may("operator"):
        raise ProblemError(
            409, "Another has it", f"{review.assignee} has this case: let them decide, or assign it first"
        )
    if outcome == "escalated":
        if review.state == "escalated":
            raise ProblemError(409, "Escalated already", "this case is escalated: confirm or dismiss it")
        return _change(case, msgspec.structs.replace(review, state="escalated"), who, when, "escalated", why)
    stakes = case.stakes
    changed = msgspec.structs.replace(
        review,
        state=outcome,
        decided_by=who.name,
        decided_at=when,
        decided_on=DecidedOn(rules=stakes.rules, at_stake=stakes.at_stake) if case.stakes_known else None,
        why=why,
        revision=case.revision,
    )
    return _change(case, changed, who, when, "decided", why)


def reopened(case: CaseRow, who: Caller, when: datetime, why: str) -> Change:
    """Take a decision back; the case is in review by whoever does, and waited for anew.

    Raises ProblemError (409) without one.
    """
    if case.review.state in UNDECIDED:
        raise ProblemError(
            409, "Not decided", f"this case is {case.review.state.replace('_', ' ')}: there is nothing to take back"
        )
    changed = msgspec.structs.replace(
        case.review,
        state="in_review",
        assignee=who.name,
        decided_by=None,
        decided_at=None,
        decided_on=None,
        why=None,
        revision=None,
        due=None,
        step=None,
        reopened=case.review.reopened + 1,
    )
    return _change(case, changed, who, when, "reopened", why)


def _undecided(case: CaseRow) -> None:
    review = case.review
    if review.state not in UNDECIDED:
        by = f" by {review.decided_by}" if review.decided_by else ""
        at = review.decided_at or review.changed
        when = f" at {at:%Y-%m-%d %H:%M}Z" if at else ""
        raise ProblemError(409, "Decided already", f"this case was {review.state}{by}{when}: reopen it first")


def _change(  # noqa: PLR0917 - who, when, what and why are the entry of a journal
    case: CaseRow, review: Review, who: Caller, when: datetime, what: EntryKind, why: str | None
) -> Change:
    number = case.review.entries + 1
    # The app's own entries, of which there are few, always find a place.
    if number > MAX_ENTRIES - 10 and who.by != "app":
        raise ProblemError(409, "Journal full", f"the journal of this case has its {MAX_ENTRIES} entries")
    changed = msgspec.structs.replace(review, entries=number, changed=when)
    entry = JournalEntry(
        case_id=case.id,
        number=number,
        when=when,
        who=who.name or "",
        by=who.by,
        what=what,
        state=review.state,
        why=why,
        assignee=review.assignee,
        before=case.review.sealed or "",
        reviewed=changed.digest,
        review_before=case.review.digest,
    )
    return _sealed(changed, entry)


def _sealed(review: Review, entry: JournalEntry) -> Change:
    return Change(msgspec.structs.replace(review, sealed=entry.digest), entry)


def stepped(case: CaseRow, step: EntryKind, when: datetime, due: datetime | None, reopened: int = 0) -> Change | None:
    """A step of the wait for a decision: `opened`, `reminded`, `escalated` or `expired`.

    None if it is not to be taken: the case is decided, it was `reopened` since that wait began, or this step or a later
    one was taken before.
    """
    review = case.review
    if review.state not in UNDECIDED or review.reopened != reopened or STEPS.index(step) <= _taken(review):
        return None
    changed = msgspec.structs.replace(review, step=step, due=due or review.due)
    if step in ("escalated", "expired"):
        changed = msgspec.structs.replace(changed, state=step)
    return _change(case, changed, APP, when, step, _WHY[step])


def nobody_to_tell(change: Change) -> Change:
    """The change of a step that no receiver is told of: its entry says so."""
    why = f"{change.entry.why}; nobody to tell: no webhook is set"
    return _sealed(change.review, msgspec.structs.replace(change.entry, why=why))


def reanalysed(case: CaseRow, reanalysis: str, when: datetime, why: str) -> Change | None:
    """The entry that tells of a re-analysis, in any state; a decision stays. None if it was told before."""
    if case.review.reanalysis == reanalysis:
        return None
    changed = msgspec.structs.replace(case.review, reanalysis=reanalysis)
    return _change(case, changed, APP, when, "reanalysed", why)


def changed_since(review: Review, last: JournalEntry | None) -> str:
    """The sentence for somebody whose change came second: who did what last, and the state of the case by that."""
    state = review.state.replace("_", " ")
    if last is None:
        return f"this case is {state}, and its verdicts are others than those that you have seen: read it again"
    verb = f"{last.what} it to {last.assignee or 'nobody'}" if last.what == "assigned" else f"{last.what} it"
    return (
        f"{last.who or 'somebody'} {verb} at {last.when:%Y-%m-%d %H:%M:%S}Z, and it is {state} now; "
        "or its verdicts are others than those that you have seen: read it again"
    )


def _taken(review: Review) -> int:
    return STEPS.index(review.step) if review.step else -1


STEPS: tuple[EntryKind, ...] = ("opened", "reminded", "escalated", "expired")
_WHY = {
    "opened": "it has a verdict of the band high",
    "reminded": "nobody has decided it yet",
    "escalated": "it was not decided in time",
    "expired": "nobody has decided it",
}
