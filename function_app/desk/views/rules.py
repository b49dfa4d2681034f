"""The page of rules: the sets of this version, the active one first, with each rule in words."""

import azure.functions as func

from fraud.desk.queries import Span
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.desk.labels import label_figures
from services.desk.rule_sets import rule_sets


async def show_rules(visit: Visit) -> func.HttpResponse:
    """Every set with its rules, and how often a person has confirmed or dismissed a case in which a rule had spoken."""
    figures = await label_figures(Span())
    spoken: dict[str, tuple[int, int]] = {}
    for week in figures.rules:
        confirmed, dismissed = spoken.get(week.rule, (0, 0))
        spoken[week.rule] = (confirmed + week.confirmed, dismissed + week.dismissed)
    return answers.page("rules.html", visit, here="rules", sets=await rule_sets(), spoken=spoken, figures=figures)


ROUTES: Routes = {("GET", "rules"): show_rules}
