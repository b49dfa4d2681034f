"""The caller of each HTTP function and page: a person whom the platform has logged in, a function key that names a
person, or a name on one's own machine. No other place decides it.
"""

from urllib.parse import unquote

import azure.functions as func
import msgspec

from fraud.desk.callers import Caller, Role
from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.review import Person
from function_app import principals
from function_app.chosen_names import chosen
from function_app.http import headers_of
from services.settings import settings

ACTOR = "x-actor"
"""The header in which a request with a function key names the person who acts, percent-encoded UTF-8."""
LOCAL = Caller(name="you", role="operator", by="name")
"""The name of somebody who is at the desk of their own machine and has not chosen one."""


def caller_of_api(request: func.HttpRequest, role: Role, *, changes: bool) -> Caller:
    """The caller of a function that asks for a function key. Raises ProblemError: 401, 403, or 400 without a name.

    The host has checked the key; what it may do is the setting `API_ROLE`.
    """
    caller = _logged_in(request) or _with_key(request)
    if not caller.may(role):
        how = "; a function key acts in the role that the setting API_ROLE gives it" if caller.by == "key" else ""
        raise ProblemError(403, "Not allowed", f"this asks for the role {role}, and you have {caller.role}{how}")
    if changes and caller.name is None:
        raise bad_request(ACTOR, f"say in the header {ACTOR} who changes this: it is written into the journal")
    return caller


def caller_of_page(request: func.HttpRequest) -> Caller:
    """The person at the desk. Raises ProblemError: 401 if nobody is logged in, 403 if nobody can be."""
    if principal := _logged_in(request):
        return principal
    if settings().platform_login:
        raise ProblemError(401, "Log in", "Log in with your account: /.auth/login/aad leads there.")
    if settings().in_azure:
        detail = "No login stands before this app, so users cannot be told apart: see docs/azure.md, The desk."
        raise ProblemError(403, "The desk is closed here", detail)
    return chosen(headers_of(request).get("cookie", "")) or LOCAL


def refuse_pretenders(request: func.HttpRequest) -> None:
    """Let in every caller, except those who pretend to be logged in. Raises ProblemError (401)."""
    principals.refuse_pretenders(headers_of(request), believed=settings().platform_login)


def _logged_in(request: func.HttpRequest) -> Caller | None:
    return principals.principal_in(headers_of(request), believed=settings().platform_login)


def _with_key(request: func.HttpRequest) -> Caller:
    text = headers_of(request).get(ACTOR, "")
    try:
        name = msgspec.convert(unquote(text, errors="strict"), Person) if text else None
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise bad_request(ACTOR, f"a name has 1 to 100 characters that can be read: {error}") from error
    return Caller(name=name, role=settings().api_role, by="key")
