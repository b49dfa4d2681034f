"""The name and the role that somebody has chosen on their own machine, in a cookie of the desk.

Nobody is asked for a password on their own machine: whoever reaches the port has the machine anyway. A banner says so.
"""

import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote

import msgspec

from fraud.desk.callers import ROLES, Caller, Role
from fraud.desk.problems import bad_request
from fraud.desk.review import Person

COOKIE = "desk-name"
_CHOSEN = re.compile(rf"({'|'.join(ROLES)}):(.{{1,900}})")


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
