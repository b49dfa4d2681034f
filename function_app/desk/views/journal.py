"""The page of the journal: what people did to the pipeline, when and why."""

import azure.functions as func

from fraud.desk.queries import Question
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.desk.deeds import list_deeds

_PAGE = 50


async def show_journal(visit: Visit) -> func.HttpResponse:
    """Deeds, the latest first."""
    page = await list_deeds(Question(limit=_PAGE, token=visit.asked("token") or None))
    return answers.page("journal.html", visit, here="quarantine", deeds=page.items, next_token=page.next)


ROUTES: Routes = {("GET", "journal"): show_journal}
