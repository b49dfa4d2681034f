"""Decisions and outcomes as labels: what became of cases and events, and how precise each rule was by that. Pure.

A decision is about a case and not about each of its verdicts: a rule is right in a case that was confirmed and in which
it added to a verdict of the bands high or medium. An outcome is about one event, and about the rules of its verdict.
A rule that takes points away speaks for the sale: it is right in what was dismissed, or legitimate.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from fraud.desk.outcomes import Fate, OutcomeVerdict
from fraud.desk.rows import CaseRow
from fraud.events import StoreKey

Stance = Literal["against", "for", "neither"]
"""The side of a rule: it adds points, it takes some away, or it only remarks on something."""
WEEKS = 12
"""Weeks that are counted without a span: this one, and those before it."""


class LabelRow(msgspec.Struct, frozen=True, kw_only=True):
    """The decision of a case: `confirmed` or `dismissed`, by whom and when, and the rules that had spoken."""

    case_id: str
    store_id: StoreKey
    window_end: datetime
    outcome: str
    decided_by: str | None
    decided_at: datetime | None
    rules: dict[str, int]
    at_stake: int

    @classmethod
    def of(cls, case: CaseRow) -> "LabelRow":
        """The label of a case that is decided: what it was decided on, though it was judged again since."""
        basis = case.review.decided_on or case.stakes
        return cls(
            case_id=case.id,
            store_id=case.store_id,
            window_end=case.window_end,
            outcome=case.review.state,
            decided_by=case.review.decided_by,
            decided_at=case.review.decided_at or case.review.changed,
            rules=basis.rules,
            at_stake=basis.at_stake,
        )


class DecidedCase(msgspec.Struct, frozen=True):
    """As much of a decided case as the figures need: its rules now, and those of its decision if they are kept."""

    window_end: datetime
    state: str
    rules: dict[str, int] = {}
    decided_rules: dict[str, int] | None = None


class KnownOutcome(msgspec.Struct, frozen=True):
    """As much of an outcome as the figures need: of an event that has arrived."""

    outcome: Fate
    verdict: OutcomeVerdict


class RuleWeek(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in a week (of the ends of windows, as ISO 8601 counts weeks), by the labels of what it had spoken in.

    `confirmed` and `dismissed` count decided cases, `fraud` (chargebacks among them) and `legitimate` events whose
    outcome is known. `precision` is the share of those in which the rule was right: of confirmed and fraud if it speaks
    `against` a sale, of dismissed and legitimate if it speaks `for` one; null if it does `neither`, and if no label of
    the whole span could have said otherwise.
    """

    rule: str
    week: str
    speaks: Stance = "against"
    confirmed: int
    dismissed: int
    fraud: int
    legitimate: int
    precision: float | None

    @property
    def right(self) -> int:
        """Labels in which the rule was right: 0 for one that speaks for neither side."""
        sides = {"against": self.confirmed + self.fraud, "for": self.dismissed + self.legitimate, "neither": 0}
        return sides[self.speaks]

    @property
    def wrong(self) -> int:
        """Labels in which it was wrong."""
        sides = {"against": self.dismissed + self.legitimate, "for": self.confirmed + self.fraud, "neither": 0}
        return sides[self.speaks]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a span; `complete` is false if it has more decided cases or outcomes than are counted.

    `fraud` and `innocent` are the two kinds of these labels. `missed` are events that were fraud and had no verdict of
    the bands high and medium.
    """

    cases: int
    outcomes: int
    fraud: int
    innocent: int
    missed: int
    complete: bool
    rules: tuple[RuleWeek, ...]


_RIGHT = ("confirmed", "fraud", "chargeback")
_CASE, _EVENT = 0, 2
"""Columns of a count: confirmed, dismissed, fraud, legitimate."""


def figures_of(
    cases: Iterable[DecidedCase],
    outcomes: Iterable[KnownOutcome] = (),
    *,
    most: int,
    sides: Mapping[str, Stance] | None = None,
) -> Figures:
    """The figures of decided cases and known outcomes, by rule and week. Rules without a side speak against sales."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    decided = told = missed = fraud = 0
    for case in cases:
        decided += 1
        fraud += case.state in _RIGHT
        for rule in case.rules if case.decided_rules is None else case.decided_rules:
            counts[rule, week_of(case.window_end)][_CASE + (case.state not in _RIGHT)] += 1
    for label in outcomes:
        told += 1
        fraud += label.outcome in _RIGHT
        missed += label.outcome in _RIGHT and not label.verdict.rules
        for rule in label.verdict.rules:
            counts[rule, week_of(label.verdict.window_end)][_EVENT + (label.outcome not in _RIGHT)] += 1
    innocent = decided + told - fraud
    wrong_by: dict[Stance, int] = {"against": innocent, "for": fraud}
    rated = frozenset[Stance](side for side, labels in wrong_by.items() if labels)
    return Figures(
        cases=decided,
        outcomes=told,
        fraud=fraud,
        innocent=innocent,
        missed=missed,
        complete=max(decided, told) < most,
        rules=tuple(
            _rule_week(rule, week, count, (sides or {}).get(rule, "against"), rated)
            for (rule, week), count in sorted(counts.items())
        ),
    )


def _rule_week(rule: str, week: str, count: list[int], speaks: Stance, rated: frozenset[Stance]) -> RuleWeek:
    confirmed, dismissed, fraud, legitimate = count
    counted = RuleWeek(
        rule=rule,
        week=week,
        speaks=speaks,
        confirmed=confirmed,
        dismissed=dismissed,
        fraud=fraud,
        legitimate=legitimate,
        precision=None,
    )
    if speaks not in rated:
        return counted
    return msgspec.structs.replace(counted, precision=round(counted.right / sum(count), 4))


def side_of(weights: Iterable[int]) -> Stance:
    """The side of a rule with these weights: one that may add points speaks against a sale."""
    each = tuple(weights)
    if any(weight > 0 for weight in each):
        return "against"
    return "for" if any(each) else "neither"


def week_of(moment: datetime) -> str:
    """The week of a moment as ISO 8601 writes it: `2026-W01`."""
    year, number, _ = moment.isocalendar()
    return f"{year}-W{number:02}"


def first_of_weeks(moment: datetime) -> datetime:
    """The beginning of the earliest of the last weeks, the moment's own among them: whole weeks are counted."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday(), weeks=WEEKS - 1)


class HitsCase(msgspec.Struct, frozen=True):
    """As much of a case as the hits of its rules need."""

    window_end: datetime
    rules: dict[str, int]


class RuleHits(msgspec.Struct, frozen=True):
    """The verdicts of the bands high and medium in which a rule spoke in a week."""

    rule: str
    week: str
    verdicts: int


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """The hits of rules by week; `complete` is false if there are more cases than are counted, those of before."""

    cases: int
    complete: bool
    rules: tuple[RuleHits, ...]


def hits_of(cases: Sequence[HitsCase], *, most: int) -> Hits:
    """The hits of the rules of cases."""
    counts: Counter[tuple[str, str]] = Counter()
    for case in cases:
        week = week_of(case.window_end)
        for rule, verdicts in case.rules.items():
            counts[rule, week] += verdicts
    rules = tuple(RuleHits(rule, week, verdicts) for (rule, week), verdicts in sorted(counts.items()))
    return Hits(cases=len(cases), complete=len(cases) < most, rules=rules)
