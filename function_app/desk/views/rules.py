"""The page of rules: the sets of this version, the active one first, with each rule in words and over time."""

import azure.functions as func

from activities.desk.hits import recent_figures, recent_hits
from fraud.desk.labels import WEEKS, side_of
from function_app.desk import answers
from function_app.desk.pictures.weeks import BAR, FEW, HEIGHT, STEP, over_time, weeks_before
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.concurrency import both
from services.desk.rule_sets import rule_sets
from services.watching import azure_time


async def show_rules(visit: Visit) -> func.HttpResponse:
    """Every set with its rules. What they found over time is loaded later, because it takes longer."""
    return answers.page("rules.html", visit, here="rules", sets=await rule_sets())


async def show_weeks(visit: Visit) -> func.HttpResponse:
    """The hits and the precision of each rule of the active set, by week."""
    now, (hits, figures) = await azure_time(), await both(recent_hits(), recent_figures())
    weeks = weeks_before(now)
    rules = [
        over_time(rule.id, weeks, hits.rules, figures.rules, side_of(rule.weights))
        for rule in (await rule_sets())[0].rules
    ]
    return answers.fragment(
        visit.request,
        "rule_weeks.html",
        rules=sorted(rules, key=lambda rule: (-rule.hits, -rule.right - rule.wrong, rule.rule)),
        width=WEEKS * STEP,
        height=HEIGHT,
        bar=BAR,
        figures=figures,
        few=FEW,
        complete=hits.complete and figures.complete,
    )


ROUTES: Routes = {("GET", "rules"): show_rules, ("GET", "rules/weeks"): show_weeks}
