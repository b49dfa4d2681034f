"""The endpoint that follows an event through the pipeline."""

from activities.desk.trace import trace_event
from fraud.desk.queries import EventName
from fraud.tracing import Trace
from function_app.api.endpoint import Call, Endpoint
from function_app.durable_client import management_address


async def get_trace(call: Call[EventName, None]) -> Trace:
    """The way of each content under an id, with times, and with what is missing."""
    return await trace_event(call.asked.id, management_address(call.durable))


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
)
