"""Decisions as labels: what people made of cases, and how precise each rule was in the light of it. Pure.

A decision is about a case and not about each of its verdicts: a rule is right in a case that was confirmed and in which
it added to a verdict of the bands high or medium.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

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
        """The label of a case that is decided."""
        return cls(
            case_id=case.id,
            store_id=case.store_id,
            window_end=case.window_end,
            outcome=case.review.state,
            decided_by=case.review.decided_by,
            decided_at=case.review.changed,
            rules=case.stakes.rules,
            at_stake=case.stakes.at_stake,
        )


class DecidedCase(msgspec.Struct, frozen=True):
    """As much of a decided case as the figures need."""

    window_end: datetime
    state: str
    rules: dict[str, int] = {}


class RuleWeek(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in a week (of the ends of windows, as ISO 8601 counts weeks): in how many decided cases it had spoken.

    `precision` is the share of them that was confirmed.
    """

    rule: str
    week: str
    confirmed: int
    dismissed: int
    precision: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a span; `complete` is false if it has more decided cases than are counted."""

    cases: int
    complete: bool
    rules: tuple[RuleWeek, ...]


def figures_of(cases: Iterable[DecidedCase], *, most: int) -> Figures:
    """The figures of decided cases, by rule and week."""
    counts: dict[tuple[str, str], list[int]] = {}
    total = 0
    for case in cases:
        total += 1
        year, number, _ = case.window_end.isocalendar()
        for rule in case.rules:
            count = counts.setdefault((rule, f"{year}-W{number:02}"), [0, 0])
            count[case.state != "confirmed"] += 1
    weeks = tuple(
        RuleWeek(
            rule=rule,
            week=week,
            confirmed=confirmed,
            dismissed=dismissed,
            precision=round(confirmed / (confirmed + dismissed), 4),
        )
        for (rule, week), (confirmed, dismissed) in sorted(counts.items())
    )
    return Figures(cases=total, complete=total < most, rules=weeks)
