"""The person whom the platform has logged in, as its header says.

The header is trusted only where a setting says that the platform's authentication runs in front of the app, which
removes the header from all other requests ("Work with user identities in Azure App Service authentication"). Anywhere
else a request with this header is refused: its sender pretends to be logged in.
"""

import re
from base64 import b64decode
from collections.abc import Mapping

import msgspec

from fraud.desk.callers import ROLES, Caller, Role
from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.review import Person

PRINCIPAL = "x-ms-client-principal"
_PLATFORM = re.compile(r"x-ms-client-principal(-.*)?|x-ms-token-.*", re.IGNORECASE)
_MAX_PRINCIPAL = 64 * 1024


class _Claim(msgspec.Struct, frozen=True):
    typ: str
    val: str


class _Principal(msgspec.Struct, frozen=True):
    """The principal as the platform writes it: claims, and which of them are names and roles."""

    claims: tuple[_Claim, ...]
    name_typ: str = "name"
    role_typ: str = "roles"


def refuse_pretenders(headers: Mapping[str, str], *, believed: bool) -> None:
    """Raise ProblemError (401) for headers of the platform where they are not trusted."""
    carried = [name for name in headers if _PLATFORM.fullmatch(name)]
    if carried and not believed:
        raise ProblemError(401, "Not trusted", f"no login protects this app: it does not trust {carried[0]}")


def principal_in(headers: Mapping[str, str], *, believed: bool) -> Caller | None:
    """The person whom the platform has logged in; None without one. Raises ProblemError for one that is not trusted.

    A person without one of our roles is refused too: the app registration gives them.
    """
    refuse_pretenders(headers, believed=believed)
    text = headers.get(PRINCIPAL)
    if not text:
        return None
    principal = _decoded(text)
    names = [claim.val for claim in principal.claims if claim.typ in (principal.name_typ, "preferred_username")]
    given = {claim.val for claim in principal.claims if claim.typ in (principal.role_typ, "roles")}
    roles: list[Role] = [role for role in ROLES if role in given]
    if not names or not roles:
        raise ProblemError(403, "No role", f"ask for one of the roles {', '.join(ROLES)} in the app registration")
    try:
        return Caller(name=msgspec.convert(names[0], Person), role=roles[-1], by="login")
    except msgspec.ValidationError as error:
        raise bad_request(PRINCIPAL, f"a name has 1 to 100 characters that can be read: {error}") from error


def _decoded(text: str) -> _Principal:
    try:
        return msgspec.json.decode(b64decode(text[:_MAX_PRINCIPAL], validate=True), type=_Principal)
    except ValueError as error:
        raise ProblemError(401, "Not believed", f"the principal cannot be read: {error}") from error
