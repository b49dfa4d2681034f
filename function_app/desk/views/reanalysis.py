"""The page of re-analyses: windows are counted, judged again once somebody confirms the count, and stopped."""

import azure.functions as func

from fraud.desk.problems import ProblemError
from fraud.desk.queries import Question
from fraud.reanalysis.asking import ReanalysisOrder, ReanalysisRow
from fraud.rules.shipped import shipped
from fraud.verdicts import BANDS
from function_app import reanalyses
from function_app.desk import answers
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.views.window_orders import order_from, still_runs, when_ended, why_of, words
from function_app.desk.visit import Visit
from services.desk.reanalyses import list_reanalyses

_PAGE = 20
_ADDRESS = "/desk/rules/reanalysis"


async def show_reanalysis(visit: Visit) -> func.HttpResponse:
    """The form, the re-analysis that runs or ran last, and those before."""
    return await _page(visit)


async def show_progress(visit: Visit) -> func.HttpResponse:
    """The re-analysis that runs or ran last: this part of the page changes while it runs."""
    seen = await _seen(visit)
    return when_ended(answers.fragment(visit.request, "reanalysis_progress.html", **seen), ended=not seen["runs"])


@needs("operator")
async def act(visit: Visit) -> func.HttpResponse:
    """Count, begin with a confirmed count, or stop; if that is refused, show the page with the reason."""
    form = visit.form()
    try:
        if form.get("what") == "stop":
            await reanalyses.stop(why_of(form), visit.caller, visit.client)
        else:
            await reanalyses.start(order_from(form, ReanalysisOrder), visit.caller, visit.client)
    except ProblemError as error:
        return await _page(visit, words(error), error.status)
    return answers.redirect(_ADDRESS)


async def _page(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    page = await list_reanalyses(Question(limit=_PAGE, token=visit.asked("token") or None))
    return answers.page(
        "reanalysis.html",
        visit,
        status=status,
        here="rules",
        sets=tuple(shipped()),
        past=page.items,
        next_token=page.next,
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {"window": visit.asked("window")},
        **await _seen(visit),
    )


async def _seen(visit: Visit) -> dict[str, object]:
    row = await _current(visit)
    return {"row": row, "runs": still_runs(row), "bands": BANDS}


async def _current(visit: Visit) -> ReanalysisRow | None:
    try:
        return await reanalyses.current(visit.client)
    except ProblemError:
        return None  # nobody has judged anything again yet


ROUTES: Routes = {
    ("GET", "rules/reanalysis"): show_reanalysis,
    ("GET", "rules/reanalysis/progress"): show_progress,
    ("POST", "rules/reanalysis"): act,
}
