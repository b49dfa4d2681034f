"""Choose a name and a role, on one's own machine."""

import azure.functions as func

from fraud.desk.callers import ROLES
from fraud.desk.problems import ProblemError
from function_app.chosen_names import choice
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit


async def show_me(visit: Visit) -> func.HttpResponse:
    """The form with the present choice."""
    return answers.page("me.html", visit, here="", roles=ROLES, problem="")


async def choose(visit: Visit) -> func.HttpResponse:
    """Remember a choice. 403 for somebody whom the platform has logged in: their name is known."""
    if visit.caller.by != "name":
        raise ProblemError(403, "Your name is known", "The platform's login says who you are.")
    form = visit.form()
    try:
        cookie = choice(form.get("name", ""), form.get("role", ""))
    except ProblemError as error:
        return answers.page("me.html", visit, status=400, here="", roles=ROLES, problem=error.detail)
    answer = answers.redirect("/desk")
    answer.headers.add("Set-Cookie", cookie)
    return answer


ROUTES: Routes = {("GET", "me"): show_me, ("POST", "me"): choose}
