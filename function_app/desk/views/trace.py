"""The page Trace: an event's way through the pipeline, with times and gaps, and with what is missing."""

from typing import Any

import azure.functions as func
import msgspec

from activities.desk.trace import trace_event
from fraud.desk.problems import ProblemError
from fraud.desk.queries import CaseName
from fraud.events import MAX_ID_LENGTH
from fraud.tracing import FIRST_ARRIVAL
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.durable_client import management_address
from services.desk.cases import find_case


async def show_trace(visit: Visit) -> func.HttpResponse:
    """The way of an event by its id, of the path or the query; a field for the id without one. 404 if it never came.

    Blanks at the ends of an id are its own; if nothing has arrived under it, they came along when it was pasted.
    The name of a case leads to the case.
    """
    event_id = visit.values.get("id") or visit.asked_as_is("id")
    if not event_id:
        return answers.page("trace.html", visit, here="trace", event_id="", trace=None, problem="")
    if len(event_id) > 2 * MAX_ID_LENGTH:
        problem = f"An id has at most {MAX_ID_LENGTH:,} characters; this one has {len(event_id):,}."
        return answers.page("trace.html", visit, status=400, here="trace", event_id="", trace=None, problem=problem)
    management = management_address(visit.client)
    trace = await trace_event(event_id, management)
    if not trace.contents and (bare := event_id.strip()) not in ("", event_id):
        event_id, trace = bare, await trace_event(bare, management)
    if not trace.contents and await _is_case(event_id):
        return answers.redirect(f"/desk/cases/{event_id}")
    status = 200 if trace.contents else 404
    content: dict[str, Any] = {"event_id": event_id, "trace": trace, "problem": "", "first_arrival": FIRST_ARRIVAL}
    return answers.page("trace.html", visit, status=status, here="trace", **content)


async def _is_case(name: str) -> bool:
    """True for the name of a case: alerts and reminders have it, and people paste it into the field of the head."""
    try:
        await find_case(msgspec.convert({"id": name}, CaseName).id)
    except msgspec.ValidationError:
        return False
    except ProblemError as error:
        if error.status != 404:
            raise
        return False
    return True


ROUTES: Routes = {("GET", "trace"): show_trace, ("GET", "trace/{id}"): show_trace}
