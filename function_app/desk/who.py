"""Who is at the desk: the person whom the platform has logged in, or a name that was chosen on one's own machine.

On one's own machine nobody asks for a password: whoever reaches the port is there anyway. A banner says so.
"""

import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote

import azure.functions as func
import msgspec

from fraud.desk.callers import ROLES, Caller, Role
from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.review import Person
from function_app.callers import principal_in
from function_app.desk.visit import header
from function_app.http import headers_of
from services.settings import settings

COOKIE = "desk-name"
_CHOSEN = re.compile(rf"({'|'.join(ROLES)}):(.{{1,900}})")
LOCAL = Caller(name="you", role="operator", by="name")
"""Whoever has not chosen a name."""


def caller_of_page(request: func.HttpRequest) -> Caller:
    """The person at the desk. Raises ProblemError: 401 if nobody is logged in, 403 if nobody can be."""
    its = settings()
    if principal := principal_in(headers_of(request), its):
        return principal
    if its.platform_login:
        raise ProblemError(401, "Log in", "Log in with your account: /.auth/login/aad leads there.")
    if its.in_azure:
        detail = "No login stands before this app, so nobody can be told from another: see docs/azure.md, The desk."
        raise ProblemError(403, "The desk is closed here", detail)
    return chosen(header(request, "cookie")) or LOCAL


def chosen(cookies: str) -> Caller | None:
    """The name and the role that a browser remembers; None without one that can be read."""
    jar = SimpleCookie()
    try:
        jar.load(cookies)
        morsel = jar.get(COOKIE)
        match = _CHOSEN.fullmatch(unquote(morsel.value, errors="strict")) if morsel else None
        if match is None:
            return None
        role: Role = next(role for role in ROLES if role == match[1])
        return Caller(name=msgspec.convert(match[2], Person), role=role, by="name")
    except (CookieError, ValueError):
        return None


def choice(name: str, role: str) -> str:
    """The `Set-Cookie` that remembers a name and a role. Raises ProblemError that names what is wrong."""
    if role not in ROLES:
        raise bad_request("role", f"a role is one of {', '.join(ROLES)}")
    try:
        person = msgspec.convert(name.strip(), Person)
    except msgspec.ValidationError as error:
        raise bad_request("name", "a name has 1 to 100 characters that can be read") from error
    return f"{COOKIE}={quote(f'{role}:{person}', safe='')}; Path=/desk; Max-Age=31536000; HttpOnly; SameSite=Strict"
