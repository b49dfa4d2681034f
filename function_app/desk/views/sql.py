"""The page of questions in SQL: those that can be asked, and the command that asks them (docs/sql.md says why)."""

import azure.functions as func

from fraud.desk.sql_questions import QUESTIONS, VIEWS
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit


async def show_questions(visit: Visit) -> func.HttpResponse:
    """Every question that has a name, with its SQL, and the views that a query of one's own may read."""
    return answers.page("sql.html", visit, here="sql", questions=QUESTIONS, views=VIEWS)


ROUTES: Routes = {("GET", "sql"): show_questions}
