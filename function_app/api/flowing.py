"""The endpoint of the flow: each joint of the pipeline with its number and rate, and what the watch says of it."""

from activities.desk.flow import recent_flow
from fraud.watching.flow import FlowSeen
from function_app.api.endpoint import Call, Endpoint, NoParameters


async def get_flow(call: Call[NoParameters, None]) -> FlowSeen:
    """The flow of events through the pipeline as it was seen in the last seconds."""
    flow = await recent_flow()
    facts = flow.look.facts
    return FlowSeen(
        now=flow.now,
        since=flow.since,
        speed=flow.speed,
        joints=flow.joints,
        lag=flow.lag,
        waiting=facts.waiting,
        dead_letters=facts.dead_letters,
        nobody_to_tell=flow.nobody_to_tell,
        checks=tuple(flow.look.checks),
        night=facts.night,
    )


ENDPOINTS = (
    Endpoint(name="get-flow", method="GET", path="api/flow", role="reader", handler=get_flow, answer=FlowSeen),
)
