"""The flow of events through the pipeline as people see it: a number and a rate at each joint, and what is not ok."""

from datetime import datetime

import msgspec

from fraud.watching.checks import Check, Night


class Joint(msgspec.Struct, frozen=True):
    """A place that events pass: how many there are, None if not known, and how many in a second of Azure's time."""

    count: int | None
    rate: float | None = None


class FlowSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The flow at a moment of Azure's time. `speed` is how many of its seconds pass in a real one, once that is known.

    `joints` in the order in which events pass them; `since` is where the counts of verdicts and alerts begin.
    `lag` are events in the hub that are not archived, `waiting` messages in the queue. The joint `alerts`
    counts those that the fraud team was told of; `nobody_to_tell` are the others, for whose band no receiver was set.
    """

    now: datetime
    since: datetime
    speed: float | None
    joints: dict[str, Joint]
    lag: int
    waiting: int
    dead_letters: int
    nobody_to_tell: int = 0
    checks: tuple[Check, ...]
    night: Night | None
