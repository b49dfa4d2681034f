"""The pages of reconciliations: the reports by day as a calendar of green and red, and the form that starts one."""

from datetime import timedelta

import azure.functions as func

from activities.desk.reports import recent_reports
from function_app import durable_client
from function_app.desk import answers
from function_app.desk.pictures.calendar import calendar
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.report_files import serve
from orchestrations.contracts import RECONCILE
from reconciliation.messages import Request
from reconciliation.ranges import RangeError, parse_range
from reconciliation.reporting.titles import VERDICTS
from services.reports import find_blob, find_report
from services.watching import azure_time

_SHOWN = 100


async def show_reconciliations(visit: Visit) -> func.HttpResponse:
    """The calendar of the last weeks, the reports, the form."""
    return await _list(visit)


async def _list(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    reports = await recent_reports()
    now = await azure_time()
    return answers.page(
        "reconciliations.html",
        visit,
        status=status,
        here="reconciliations",
        weeks=calendar(reports, now),
        reports=reports[:_SHOWN],
        left_out=max(0, len(reports) - _SHOWN),
        words=VERDICTS,
        start=(now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:00Z"),
        end=now.strftime("%Y-%m-%dT%H:%M:00Z"),
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {},
    )


@needs("operator", deed="reconcile")
async def start(visit: Visit) -> func.HttpResponse:
    """Start a reconciliation of the form's range, or join the one that runs; show a wrong form with the reason."""
    form = visit.form()
    try:
        span = parse_range(form.get("from", "").strip(), form.get("to", "").strip())
    except RangeError as error:
        return await _list(visit, f"{error.field} {error}", 400)
    asked = Request(span, form.get("cosmos") == "yes", form.get("again") == "yes")
    await durable_client.start_or_join(visit.client, RECONCILE, asked.id, asked)
    return answers.redirect(f"/desk/workflows/instance?id={asked.id}")


async def read_report(visit: Visit) -> func.HttpResponse:
    """A file of a report, for users of the desk, who have no function key. 404; 413 if it is too large."""
    return await serve(await find_report(visit.values["run"], visit.values["name"]))


async def read_blob(visit: Visit) -> func.HttpResponse:
    """A blob that a report names, as a download. 404; 413."""
    return await serve(await find_blob(visit.values["run"], visit.values["container"], visit.values["path"]))


ROUTES: Routes = {
    ("GET", "reconciliations"): show_reconciliations,
    ("POST", "reconciliations"): start,
    ("GET", "reports/{run}/{name}"): read_report,
    ("GET", "reports/{run}/blobs/{container}/{path*}"): read_blob,
}
