"""Waiting for the decision of a case, as data: what the orchestration and its activities hand to one another. Pure."""

from datetime import datetime, timedelta

import msgspec

from fraud.desk.review import UNDECIDED, CaseState, EntryKind
from fraud.events import StoreKey

DECIDED_EVENT = "decided"
"""The external event that says that somebody has decided."""
LONGEST_TIMER = timedelta(days=3)


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Hours from the beginning of the wait to each step, each later than the one before; 0 leaves the step out."""

    remind: int = 24
    escalate: int = 48
    expire: int = 168

    @property
    def problem(self) -> str | None:
        """The reason why they cannot be, if there is one."""
        hours = [hour for hour in (self.remind, self.escalate, self.expire) if hour]
        return None if hours == sorted(set(hours)) else "each must be later than the one before"


class ReviewTask(msgspec.Struct, frozen=True, kw_only=True):
    """The input of the orchestration: a case, how long it waits for what, and how often it had been reopened."""

    case_id: str
    store_id: StoreKey
    deadlines: Deadlines
    reopened: int = 0

    @property
    def id(self) -> str:
        """The instance id: a case has one orchestration, and another one after each reopening."""
        return review_id(self.case_id, self.reopened)

    def steps(self) -> list[tuple[EntryKind, timedelta, timedelta]]:
        """The steps in order, each with the times at which the wait for it begins and at which it is due."""
        steps: list[tuple[EntryKind, timedelta, timedelta]] = []
        begin = timedelta()
        named: tuple[tuple[EntryKind, int], ...] = (
            ("reminded", self.deadlines.remind),
            ("escalated", self.deadlines.escalate),
            ("expired", self.deadlines.expire),
        )
        for step, hours in named:
            if hours:
                steps.append((step, begin, timedelta(hours=hours)))
                begin = timedelta(hours=hours)
        return steps


class ReviewStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the wait: `opened` at its beginning, or None to look only. `due` is when a decision is due."""

    case_id: str
    store_id: StoreKey
    at: datetime
    step: EntryKind | None = None
    due: datetime | None = None
    reopened: int | msgspec.UnsetType = msgspec.UNSET
    """As the task has it; left out as long as it is 0, as those do that began before there was one."""


class ReviewState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a case after a step; None if the case is gone, or was reopened: then another wait is its own."""

    state: CaseState | None

    @property
    def waits(self) -> bool:
        """True if somebody has still to decide it."""
        return self.state in UNDECIDED


def review_id(case_id: str, reopened: int = 0) -> str:
    """The instance id of the orchestration that waits for the decision of a case, after it was so often reopened."""
    return f"review-{case_id}-again-{reopened}" if reopened else f"review-{case_id}"


def hops(begin: datetime, end: datetime) -> list[datetime]:
    """The times of timers that lead from a time to another, none longer than LONGEST_TIMER; the last is the end."""
    times: list[datetime] = []
    moment = begin
    while moment < end:
        moment = min(moment + LONGEST_TIMER, end)
        times.append(moment)
    return times
