"""The page of trials: the verdicts that another set, or a rule file, would give on windows that were judged."""

import azure.functions as func

from fraud.desk.problems import ProblemError
from fraud.reanalysis.asking import TrialOrder, TrialRow
from fraud.reanalysis.trial import LEVELS, Tried
from fraud.rules.shipped import shipped
from fraud.verdicts import BANDS
from function_app import rule_trials
from function_app.desk import answers
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.views.window_orders import order_from, still_runs, when_ended, why_of, words
from function_app.desk.visit import Visit

_ADDRESS = "/desk/rules/trial"


async def show_trial(visit: Visit) -> func.HttpResponse:
    """The form, and the trial that runs or ran last, with its result."""
    return await _page(visit)


async def show_result(visit: Visit) -> func.HttpResponse:
    """The trial that runs or ran last: this part of the page changes while it runs."""
    seen = await _seen(visit)
    return when_ended(answers.fragment(visit.request, "rule_trial_result.html", **seen), ended=not seen["runs"])


@needs("analyst")
async def act(visit: Visit) -> func.HttpResponse:
    """Try, or stop; if that is refused, show the page with the reason."""
    form = visit.form()
    try:
        if form.get("what") == "stop":
            await rule_trials.stop(why_of(form), visit.caller, visit.client)
        else:
            await rule_trials.start(order_from(form, TrialOrder), visit.caller, visit.client)
    except ProblemError as error:
        return await _page(visit, words(error), error.status)
    return answers.redirect(_ADDRESS)


async def _page(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    return answers.page(
        "rule_trial.html",
        visit,
        status=status,
        here="rules",
        sets=tuple(shipped()),
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {"window": visit.asked("window")},
        **await _seen(visit),
    )


async def _seen(visit: Visit) -> dict[str, object]:
    row = await _current(visit)
    tried = row.result.tried if row and row.result else Tried()
    return {
        "row": row,
        "runs": still_runs(row),
        "bands": [(band, tried.bands_before.get(band, 0), tried.bands_after.get(band, 0)) for band in BANDS],
        "rules": sorted({*tried.rules_before, *tried.rules_after}),
        "levels": tuple(LEVELS),
    }


async def _current(visit: Visit) -> TrialRow | None:
    try:
        return await rule_trials.current(visit.client)
    except ProblemError:
        return None  # nobody has tried anything yet


ROUTES: Routes = {
    ("GET", "rules/trial"): show_trial,
    ("GET", "rules/trial/result"): show_result,
    ("POST", "rules/trial"): act,
}
