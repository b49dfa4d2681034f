"""The way of one event through the pipeline, as data: a step for each place, there or missing, with its time. Pure."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fraud.desk.rows import EventContent

StepState = Literal["there", "missing", "waiting", "not_due"]
"""`waiting`: it may still come. `not_due`: nothing has to come, because the event is not flagged."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place on the way. `at` is when the event came there, by Azure's time, where that is known."""

    name: str
    state: StepState
    says: str
    at: datetime | None = None
    href: str = ""
    """The page of the desk, or the file, that has more of it."""
    after: timedelta | None = None
    """The time since the step before it that has one."""


FIRST_ARRIVAL = "Times are of the first arrival. The archive keeps no resend: reconciliations count them."
"""Said beside each trace: of the same content, sent again, only Capture has every arrival, and it has no index."""


class ContentTrace(msgspec.Struct, frozen=True, kw_only=True):
    """The way of one content under an id, from its first arrival on.

    The archive keeps no resend of the same content: reconciliations count them, as `resent`.
    """

    content: EventContent
    flagged: bool
    steps: tuple[Step, ...]


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Every content under an id with its way; none if the id never arrived. `complete` is false if there are more."""

    id: str
    contents: tuple[ContentTrace, ...]
    complete: bool

    @property
    def missing(self) -> int:
        """Steps that should be there and are not."""
        return sum(step.state == "missing" for content in self.contents for step in content.steps)


def with_gaps(steps: list[Step]) -> tuple[Step, ...]:
    """The steps, each with the time since the last one before it whose time is known and not later."""
    before: datetime | None = None
    result: list[Step] = []
    for step in steps:
        after = step.at - before if step.at and before and step.at >= before else None
        result.append(msgspec.structs.replace(step, after=after))
        if step.at and (before is None or step.at >= before):
            before = step.at
    return tuple(result)
