"""The roles of the desk's views. A view that declares nothing only shows something, and readers may see it."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import azure.functions as func

from fraud.desk.callers import Role
from fraud.desk.deeds import DeedKind
from function_app.access import Access, with_access
from function_app.desk.forms import FIELD
from function_app.desk.visit import View, Visit
from function_app.journal import journalled


def needs(role: Role, *, deed: DeedKind | None = None) -> Callable[[View], View]:
    """Show a view to this role and those above; the view raises ProblemError (403) for others.

    With a deed, the form is written to the journal before anything is changed.
    """

    def guarded(view: View) -> View:
        @wraps(view)
        async def run(visit: Visit) -> func.HttpResponse:
            visit.require(role)
            if deed is None:
                return await view(visit)
            # The token proves that the form is ours: nobody else may know it.
            form = {name: text for name, text in visit.form().items() if name != FIELD}
            subject = form.get("id") or visit.request.url.partition("://")[2].partition("/")[2].partition("?")[0]
            return await journalled(visit.caller, deed, subject, urlencode(form), lambda: view(visit))

        with_access(run, Access(role=role, changes=deed is not None, deed=deed))
        return run

    return guarded
