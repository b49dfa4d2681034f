"""The endpoint of the flow: each joint of the pipeline with its number and rate, and what the watch makes of it."""

from datetime import datetime

import msgspec

from activities.desk.flow import Joint, recent_flow
from fraud.watching.checks import Check, Night
from function_app.api.endpoint import Call, Endpoint, NoParameters


class FlowSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The flow at a moment of Azure's time. `speed` is how many of its seconds pass in a real one, once that is known.

    `joints` in the order in which events pass them; `since` is where the counts of verdicts and alerts begin.
    `lag` are events in the hub that are not archived, `waiting` messages in the queue.
    """

    now: datetime
    since: datetime
    speed: float | None
    joints: dict[str, Joint]
    lag: int
    waiting: int
    dead_letters: int
    checks: tuple[Check, ...]
    night: Night | None


async def get_flow(call: Call[NoParameters, None]) -> FlowSeen:
    """The flow of events through the pipeline as it was seen in the last seconds."""
    flow = await recent_flow()
    facts = flow.look.facts
    return FlowSeen(
        now=flow.now,
        since=flow.since,
        speed=flow.speed,
        joints=flow.joints,
        lag=(flow.joints["sent"].count or 0) - (flow.joints["archived"].count or 0),
        waiting=facts.waiting,
        dead_letters=facts.dead_letters,
        checks=tuple(flow.look.checks),
        night=facts.night,
    )


ENDPOINTS = (
    Endpoint(name="get-flow", method="GET", path="api/flow", role="reader", handler=get_flow, answer=FlowSeen),
)
