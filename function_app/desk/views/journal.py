"""The page of the journal: what people did to the pipeline, when and why."""

import azure.functions as func

from fraud.desk.queries import Question
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.concurrency import both
from services.desk.deeds import list_deeds
from services.rules_in_use import read_rules_in_use

_PAGE = 50
_CHANGES = 20


async def show_journal(visit: Visit) -> func.HttpResponse:
    """Deeds, the latest first; on the first page the latest changes of the rules in use as well."""
    token = visit.asked("token") or None
    page, in_use = await both(list_deeds(Question(limit=_PAGE, token=token)), read_rules_in_use())
    changes = in_use.state.changes[: -_CHANGES - 1 : -1] if token is None else ()
    return answers.page(
        "journal.html", visit, here="quarantine", deeds=page.items, next_token=page.next, changes=changes
    )


ROUTES: Routes = {("GET", "journal"): show_journal}
