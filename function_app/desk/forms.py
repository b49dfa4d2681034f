"""Forms that only the desk's own pages can send.

A visitor's browser keeps a random token in a cookie that no script reads and no other site sends along, and each form
of the desk holds the same token. A form of another site has neither; and a browser does not let it claim to be ours.
Source: "Cross-Site Request Forgery Prevention Cheat Sheet" of OWASP (double submit, fetch metadata).
"""

import hmac
import re
import secrets
from http.cookies import CookieError, SimpleCookie

import azure.functions as func

from function_app.desk.visit import header

COOKIE = "desk-form"
FIELD = "form_token"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def token_of(request: func.HttpRequest) -> str | None:
    """The token in the visitor's cookie; None before there is one of ours."""
    cookies = SimpleCookie()
    try:
        cookies.load(header(request, "cookie"))
    except CookieError:
        return None
    morsel = cookies.get(COOKIE)
    return morsel.value if morsel and _TOKEN.fullmatch(morsel.value) else None


def new_token() -> str:
    """A token for a visitor who has none."""
    return secrets.token_urlsafe(32)


def cookie(request: func.HttpRequest, token: str) -> str:
    """The `Set-Cookie` of a token."""
    secure = "; Secure" if request.url.startswith("https://") else ""
    return f"{COOKIE}={token}; Path=/desk; HttpOnly; SameSite=Strict{secure}"


def is_ours(request: func.HttpRequest, fields: dict[str, str]) -> bool:
    """True if a form was sent by a page of the desk in the visitor's own browser."""
    token = token_of(request)
    return is_from_here(request) and token is not None and hmac.compare_digest(token, fields.get(FIELD, ""))


def is_from_here(request: func.HttpRequest) -> bool:
    """True if the visitor, who has seen a page of the desk before, or a page of the desk asks; no other site does."""
    return header(request, "sec-fetch-site") in ("", "same-origin", "none") and token_of(request) is not None
