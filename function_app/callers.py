"""Who calls: a person whom the platform has logged in, a function key that names a person, a name on one's own machine.

The header with the platform's principal is believed only where a setting says that the platform's authentication stands
before the app, which takes the header from everybody else ("Work with user identities in Azure App Service
authentication"). Anywhere else a request that carries it is refused: somebody pretends.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote

import azure.functions as func
import msgspec

from fraud.desk.callers import ROLES, Caller, Role
from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.review import Person
from function_app.http import headers_of
from services.settings import Settings, settings

PRINCIPAL = "x-ms-client-principal"
_PLATFORM = re.compile(r"x-ms-client-principal(-.*)?|x-ms-token-.*", re.IGNORECASE)
ACTOR = "x-actor"
"""The header in which a request with a function key names the person who acts, percent-encoded UTF-8."""
_MAX_PRINCIPAL = 64 * 1024


class _Claim(msgspec.Struct, frozen=True):
    typ: str
    val: str


class _Principal(msgspec.Struct, frozen=True):
    """The principal as the platform writes it: claims, and which of them are names and roles."""

    claims: tuple[_Claim, ...]
    name_typ: str = "name"
    role_typ: str = "roles"


def caller_of_api(request: func.HttpRequest, role: Role, *, changes: bool) -> Caller:
    """The caller of an endpoint that asks for a function key. Raises ProblemError: 401, 403, or 400 without a name.

    The host has checked the key; what it may do is the setting `API_ROLE`.
    """
    its = settings()
    headers = headers_of(request)
    if principal := principal_in(headers, its):
        return allowed(principal, role)
    text = headers.get(ACTOR, "")
    caller = allowed(Caller(name=_person(text) if text else None, role=its.api_role, by="key"), role)
    if changes and caller.name is None:
        raise bad_request(ACTOR, f"say in the header {ACTOR} who changes this: it is written into the journal")
    return caller


def principal_in(headers: Mapping[str, str], its: Settings) -> Caller | None:
    """The person whom the platform has logged in; None without one. Raises ProblemError for one that is not believed.

    A person without one of our roles is refused too: the app registration gives them.
    """
    carried = [name for name in headers if _PLATFORM.fullmatch(name)]
    if carried and not its.platform_login:
        raise ProblemError(401, "Not believed", f"no login stands before this app: it does not believe {carried[0]}")
    text = headers.get(PRINCIPAL)
    if not text:
        return None
    principal = _decoded(text)
    names = [claim.val for claim in principal.claims if claim.typ in (principal.name_typ, "preferred_username")]
    given = {claim.val for claim in principal.claims if claim.typ in (principal.role_typ, "roles")}
    roles: list[Role] = [role for role in ROLES if role in given]
    if not names or not roles:
        raise ProblemError(403, "No role", f"ask for one of the roles {', '.join(ROLES)} in the app registration")
    return Caller(name=_person(names[0], encoded=False), role=roles[-1], by="login")


def allowed(caller: Caller, role: Role) -> Caller:
    """The caller, if the role is enough. Raises ProblemError (403)."""
    if not caller.may(role):
        raise ProblemError(403, "Not allowed", f"this asks for the role {role}, and you have {caller.role}")
    return caller


def _person(text: str, *, encoded: bool = True) -> str:
    try:
        return msgspec.convert(unquote(text, errors="strict") if encoded else text, Person)
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise bad_request(ACTOR, f"a name has 1 to 100 characters that can be read: {error}") from error


def _decoded(text: str) -> _Principal:
    try:
        return msgspec.json.decode(b64decode(text[:_MAX_PRINCIPAL], validate=True), type=_Principal)
    except ValueError as error:
        raise ProblemError(401, "Not believed", f"the principal cannot be read: {error}") from error
