from datetime import timedelta

import msgspec
import pytest

from fraud.desk.changes import STEPS, Change, assigned, changed_since, commented, decided, reopened, stepped
from fraud.desk.labels import LabelRow
from fraud.desk.problems import ProblemError
from fraud.desk.review import MAX_ENTRIES, CaseState, EntryKind
from tests.fraud.desk.cases import ANA, BEN, NOON, OPERATOR, a_case


def states(*names: CaseState) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("state", names)


@states("open", "in_review", "escalated")
def test_a_case_that_waits_can_be_decided_and_tells_by_whom_when_and_why(state: CaseState):
    change = decided(a_case(state=state, entries=3), ANA, NOON, "confirmed", "a ring")

    assert (change.review.state, change.review.decided_by, change.review.why) == ("confirmed", "Ana", "a ring")
    assert change.review.revision == 2
    assert (change.entry.id, change.entry.what, change.entry.when) == ("journal:window-3-x:000004", "decided", NOON)
    assert change.review.entries == change.entry.number == 4


@states("confirmed", "dismissed", "expired")
def test_a_decision_that_is_late_or_doubled_is_409_and_tells_what_was_decided(state: CaseState):
    case = a_case(state=state, decided_by="Ben", changed=NOON)

    with pytest.raises(ProblemError, match="Ben at 2026-01-02 12:00Z") as refused:
        decided(case, ANA, NOON, "confirmed", "me too")

    assert refused.value.status == 409


def test_the_time_of_a_decision_is_told_although_others_comment_later_until_it_is_reopened():
    case = msgspec.structs.replace(a_case(), review=decided(a_case(), BEN, NOON, "confirmed", "a ring").review)
    said = commented(case, ANA, NOON + timedelta(hours=3), "well done").review
    later = msgspec.structs.replace(case, review=said)

    with pytest.raises(ProblemError, match="Ben at 2026-01-02 12:00Z"):
        decided(later, ANA, NOON, "confirmed", "me too")
    assert LabelRow.of(later).decided_at == NOON
    assert reopened(later, ANA, NOON, "a mistake").review.decided_at is None


def test_a_case_in_anothers_hands_is_theirs_unless_an_operator_decides():
    case = a_case(state="in_review", assignee="Ben")

    with pytest.raises(ProblemError, match="Ben has this case"):
        decided(case, ANA, NOON, "dismissed", "not mine")

    assert decided(case, BEN, NOON, "dismissed", "mine").review.state == "dismissed"
    assert decided(case, OPERATOR, NOON, "dismissed", "in charge").review.state == "dismissed"


def test_a_case_is_escalated_once_and_then_decided():
    change = decided(a_case(), ANA, NOON, "escalated", "too large for me")
    case = msgspec.structs.replace(a_case(), review=change.review)

    assert (change.review.state, change.entry.what) == ("escalated", "escalated")
    with pytest.raises(ProblemError, match="Escalated already"):
        decided(case, ANA, NOON, "escalated", "again")
    assert decided(case, ANA, NOON, "confirmed", "sure").review.state == "confirmed"


def test_a_case_is_taken_and_given_back():
    taken = assigned(a_case(), ANA, NOON, "Ana", None)
    given_back = assigned(msgspec.structs.replace(a_case(), review=taken.review), ANA, NOON, None, "holidays")

    assert (taken.review.state, taken.review.assignee) == ("in_review", "Ana")
    assert (given_back.review.state, given_back.review.assignee) == ("open", None)
    assert given_back.entry.why == "holidays"


def test_an_escalated_case_stays_escalated_in_whosever_hands():
    assert assigned(a_case(state="escalated"), ANA, NOON, "Ben", None).review.state == "escalated"


@states("confirmed", "dismissed", "expired")
def test_what_is_decided_is_not_assigned_but_can_be_commented_and_reopened(state: CaseState):
    case = a_case(state=state, decided_by="Ben", why="x", revision=1, due=NOON)

    with pytest.raises(ProblemError, match="Decided already"):
        assigned(case, ANA, NOON, "Ana", None)
    assert commented(case, ANA, NOON, "look here").review.state == state
    review = reopened(case, ANA, NOON, "a mistake").review
    assert (review.state, review.assignee, review.decided_by, review.why) == ("in_review", "Ana", None, None)


@states("confirmed", "dismissed", "expired")
def test_a_case_that_is_reopened_is_waited_for_anew_and_by_no_earlier_wait(state: CaseState):
    later = NOON + timedelta(days=1)
    decided_case = a_case(state=state, step="expired", due=NOON, entries=5)
    case = msgspec.structs.replace(decided_case, review=reopened(decided_case, ANA, NOON, "a mistake").review)
    opened = stepped(case, "opened", NOON, later, reopened=1)

    assert (case.review.due, case.review.step, case.review.reopened) == (None, None, 1)
    assert all(stepped(case, step, NOON, NOON) is None for step in STEPS)
    assert opened is not None
    assert (opened.review.due, opened.review.state) == (later, "in_review")
    waiting = msgspec.structs.replace(case, review=opened.review)
    assert after(stepped(waiting, "escalated", NOON, None, reopened=1)) == "escalated"


def test_what_is_not_decided_cannot_be_reopened():
    with pytest.raises(ProblemError, match="Not decided"):
        reopened(a_case(), ANA, NOON, "why not")


def test_a_journal_is_bounded_but_the_app_finds_a_place():
    case = a_case(entries=MAX_ENTRIES - 10)

    with pytest.raises(ProblemError, match="Journal full"):
        commented(case, ANA, NOON, "one more")
    assert stepped(case, "opened", NOON, NOON)


def after(change: Change | None) -> CaseState:
    assert change is not None
    return change.review.state


def test_the_app_opens_reminds_escalates_and_expires_each_once():
    case = a_case()
    seen: list[CaseState] = []
    for step in STEPS:
        change = stepped(case, step, NOON, NOON)
        assert change is not None
        case = msgspec.structs.replace(case, review=change.review)
        seen.append(change.review.state)
        assert stepped(case, step, NOON, NOON) is None, "a step that is repeated changes nothing"

    assert seen == ["open", "open", "escalated", "expired"]
    assert case.review.due == NOON
    assert case.review.entries == 4


@pytest.mark.parametrize("step", STEPS)
@states("confirmed", "dismissed", "expired")
def test_the_app_changes_nothing_that_is_decided(step: EntryKind, state: CaseState):
    assert stepped(a_case(state=state), step, NOON, NOON) is None


def test_the_app_takes_no_case_out_of_the_hands_of_its_reviewer_by_a_reminder():
    review = a_case(state="in_review", assignee="Ana")

    change = stepped(review, "reminded", NOON, None)

    assert change is not None
    assert (change.review.state, change.review.assignee) == ("in_review", "Ana")


def test_the_second_of_two_is_told_who_was_faster_and_what_they_did():
    first = decided(a_case(state="in_review"), ANA, NOON, "dismissed", "a promotion")
    taken = assigned(a_case(), BEN, NOON, "Ben", None)

    assert changed_since(first.review, first.entry).startswith(
        "Ana decided it at 2026-01-02 12:00:00Z, and it is dismissed now"
    )
    assert changed_since(taken.review, taken.entry).startswith("Ben assigned it to Ben at ")
    assert "it is in review now" in changed_since(taken.review, taken.entry)
    assert "its verdicts are others" in changed_since(a_case().review, None)


def test_a_case_that_is_not_decided_is_refused_in_words():
    with pytest.raises(ProblemError, match="this case is in review: there is nothing to take back"):
        reopened(a_case(state="in_review"), ANA, NOON, "a mistake")
