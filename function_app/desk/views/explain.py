"""The page Every rule: each rule on an event with its value against its bound, whether it holds or not."""

from typing import Any

import azure.functions as func

from activities.desk.explain import explain_event
from fraud.events import MAX_ID_LENGTH
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit

_WORDS = {
    "holds": "Hold",
    "snoozed": "Snoozed",
    "excused": "Excused",
    "does not hold": "Do not hold",
    "cannot tell": "Cannot be told",
}
"""The outcomes of rules in their order on the page."""

_GROUNDS = {
    "evidence": "the evidence that its verdict names",
    "event": "the event alone",
    "looked up": "what is looked up now, as of the end of its window",
}


async def show_explained(visit: Visit) -> func.HttpResponse:
    """The rules on each content under an id. 404 if it never came."""
    event_id = visit.asked_as_is("id")
    if not 1 <= len(event_id) <= 2 * MAX_ID_LENGTH:
        detail = f"Name an event by its id, of {MAX_ID_LENGTH:,} characters at most."
        return answers.refused(400, "Which event?", detail, visit)
    explained = await explain_event(event_id)
    content: dict[str, Any] = {"explained": explained, "words": _WORDS, "grounds": _GROUNDS}
    status = 200 if explained.contents or not explained.complete else 404
    return answers.page("explain.html", visit, status=status, here="trace", **content)


ROUTES: Routes = {("GET", "explain"): show_explained}
