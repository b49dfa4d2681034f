"""Decisions and outcomes as labels: what became of cases and events, and how precise each rule was by that. Pure.

A decision is about a case and not about each of its verdicts: a rule is right in a case that was confirmed and in which
it added to a verdict of the bands high or medium. An outcome is about one event, and about the rules of its verdict.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from fraud.desk.outcomes import Fate, OutcomeVerdict
from fraud.desk.rows import CaseRow
from fraud.events import StoreKey


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
    outcome is known. `precision` is the share of confirmed and fraud in all four.
    """

    rule: str
    week: str
    confirmed: int
    dismissed: int
    fraud: int
    legitimate: int
    precision: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a span; `complete` is false if it has more decided cases or outcomes than are counted.

    `missed` are events that were fraud and had no verdict of the bands high and medium.
    """

    cases: int
    outcomes: int
    missed: int
    complete: bool
    rules: tuple[RuleWeek, ...]


_RIGHT = ("confirmed", "fraud", "chargeback")
_CASE, _EVENT = 0, 2
"""Columns of a count: confirmed, dismissed, fraud, legitimate."""


def figures_of(cases: Iterable[DecidedCase], outcomes: Iterable[KnownOutcome] = (), *, most: int) -> Figures:
    """The figures of decided cases and known outcomes, by rule and week."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    decided = told = missed = 0
    for case in cases:
        decided += 1
        for rule in case.rules if case.decided_rules is None else case.decided_rules:
            counts[rule, week_of(case.window_end)][_CASE + (case.state not in _RIGHT)] += 1
    for label in outcomes:
        told += 1
        missed += label.outcome in _RIGHT and not label.verdict.rules
        for rule in label.verdict.rules:
            counts[rule, week_of(label.verdict.window_end)][_EVENT + (label.outcome not in _RIGHT)] += 1
    return Figures(
        cases=decided,
        outcomes=told,
        missed=missed,
        complete=max(decided, told) < most,
        rules=tuple(_rule_week(rule, week, count) for (rule, week), count in sorted(counts.items())),
    )


def _rule_week(rule: str, week: str, count: list[int]) -> RuleWeek:
    confirmed, dismissed, fraud, legitimate = count
    return RuleWeek(
        rule=rule,
        week=week,
        confirmed=confirmed,
        dismissed=dismissed,
        fraud=fraud,
        legitimate=legitimate,
        precision=round((confirmed + fraud) / sum(count), 4),
    )


def week_of(moment: datetime) -> str:
    """The week of a moment as ISO 8601 writes it: `2026-W01`."""
    year, number, _ = moment.isocalendar()
    return f"{year}-W{number:02}"


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
