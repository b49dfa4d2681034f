"""The endpoints on one event: its way through the pipeline, and what every rule says of it."""

from activities.desk.explain import explain_event
from activities.desk.trace import trace_event
from fraud.desk.explaining import Explained
from fraud.desk.queries import EventName
from fraud.tracing import Trace
from function_app.api.endpoint import Call, Endpoint
from function_app.durable_client import management_address


async def get_trace(call: Call[EventName, None]) -> Trace:
    """The way of each content under an id, with times, and with what is missing."""
    return await trace_event(call.asked.id, management_address(call.durable))


async def explain(call: Call[EventName, None]) -> Explained:
    """Every rule with its value against its bound, for each content under an id, flagged or not."""
    return await explain_event(call.asked.id)


ENDPOINTS = (
    Endpoint(
        name="get-trace",
        method="GET",
        path="api/trace",
        role="reader",
        handler=get_trace,
        asked=EventName,
        answer=Trace,
        needs_client=True,
    ),
    Endpoint(
        name="explain-event",
        method="GET",
        path="api/explain",
        role="reader",
        handler=explain,
        asked=EventName,
        answer=Explained,
    ),
)
