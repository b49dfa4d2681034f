"""The page of alerts, each with its case and whether the fraud team was told of it."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

import azure.functions as func

from fraud.desk.queries import SpanQuestion
from fraud.desk.rows import AlertRow
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
        name_in=name_in,
        alike=_alike(page.items),
    )


def case_address(blob: str) -> str:
    """The page of the case whose verdicts lie in a blob: its name is that of the window."""
    return f"/desk/cases/{quote(name_in(blob), safe='')}"


def _alike(alerts: Sequence[AlertRow]) -> frozenset[str]:
    """The cases whose store and time are those of another case on the page: what is unlike is their name."""
    cases = {name_in(alert.verdicts_blob): (alert.store_id, alert.window_end) for alert in alerts}
    times = Counter(cases.values())
    return frozenset(name for name, its in cases.items() if times[its] > 1)


ROUTES: Routes = {("GET", "alerts"): show_alerts}
