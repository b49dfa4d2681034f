"""Who may call an HTTP function: a role, or anybody with a reason. Each function declares it beside its route.

`tests/function_app/test_access.py` goes through every function that the host knows, and fails for one that declares
nothing.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import azure.functions as func
import msgspec

from fraud.desk.callers import Role
from fraud.desk.deeds import DeedKind
from fraud.desk.problems import ProblemError
from function_app.callers import caller_of_api, refuse_pretenders
from function_app.http import problem
from function_app.journal import MOST_KEPT, journalled

HttpFunction = Callable[..., Awaitable[func.HttpResponse]]
_ATTRIBUTE = "access"


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The role that a function requires, or the reason why it requires none.

    `changes` is true if the caller must have a name; `deed` is the journal entry that a call makes.
    """

    role: Role | None
    changes: bool = False
    deed: DeedKind | None = None
    reason: str = ""


def access_of(function: Callable[..., Any]) -> Access | None:
    """The access that a function declares; None if it declares nothing."""
    return getattr(function, _ATTRIBUTE, None)


def with_access(function: HttpFunction, access: Access) -> HttpFunction:
    """The function, with its declared access."""
    setattr(function, _ATTRIBUTE, access)
    return function


def checks_callers_itself(reason: str) -> Callable[[HttpFunction], HttpFunction]:
    """Leave the check of callers to the function."""

    def named(function: HttpFunction) -> HttpFunction:
        return with_access(function, Access(role=None, reason=reason))

    return named


def open_to_all(reason: str) -> Callable[[HttpFunction], HttpFunction]:
    """Let in every caller whom the host lets in, except those who pretend to be logged in (401)."""

    def guarded(function: HttpFunction) -> HttpFunction:
        @wraps(function)
        async def run(request: func.HttpRequest, **bindings: Any) -> func.HttpResponse:
            try:
                refuse_pretenders(request)
            except ProblemError as refused:
                return _refusal(refused)
            return await function(request, **bindings)

        return with_access(run, Access(role=None, reason=reason))

    return guarded


def asks_for(role: Role, *, deed: DeedKind | None = None) -> Callable[[HttpFunction], HttpFunction]:
    """Let in this role and those above: 401 for a principal that is not trusted, 403 for a lower role.

    With a deed, the caller must have a name (400 without one), and the call is written to the journal before anything
    is changed; 503 if it cannot be written.
    """

    def guarded(function: HttpFunction) -> HttpFunction:
        @wraps(function)
        async def run(request: func.HttpRequest, **bindings: Any) -> func.HttpResponse:
            try:
                caller = caller_of_api(request, role, changes=deed is not None)
                if deed is None:
                    return await function(request, **bindings)
                address = request.url.partition("://")[2].partition("/")[2].partition("?")[0]
                body = request.get_body()[: 4 * MOST_KEPT].decode("utf-8", "backslashreplace")
                return await journalled(caller, deed, address, body, lambda: function(request, **bindings))
            except ProblemError as refused:
                return _refusal(refused)

        return with_access(run, Access(role=role, changes=deed is not None, deed=deed))

    return guarded


def _refusal(refused: ProblemError) -> func.HttpResponse:
    return problem(refused.status, refused.title, refused.detail, field=refused.field)
