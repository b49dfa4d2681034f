"""The page of alerts, each with its case and whether the fraud team was told of it."""

from urllib.parse import quote

import azure.functions as func

from fraud.desk.queries import SpanQuestion
from fraud.verdicts import name_in
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.desk.alerts import list_alerts

_PAGE = 50


async def show_alerts(visit: Visit) -> func.HttpResponse:
    """Alerts, the latest window first."""
    page = await list_alerts(SpanQuestion(limit=_PAGE, token=visit.asked("token") or None))
    return answers.page(
        "alerts.html",
        visit,
        here="cases",
        alerts=page.items,
        next_token=page.next,
        case_address=case_address,
    )


def case_address(blob: str) -> str:
    """The page of the case whose verdicts lie in a blob: its name is that of the window."""
    return f"/desk/cases/{quote(name_in(blob), safe='')}"


ROUTES: Routes = {("GET", "alerts"): show_alerts}
