"""Function keys, asked for as on Azure if the settings file has them.

The file's object `Keys` names them: `master`, `function` (the host's default key), `system` (the durable extension's).
Without it no key is asked for, as in Core Tools: the host listens on loopback only. A key is the header
`x-functions-key` or the query's `code`. Source: "Work with access keys in Azure Functions".
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from aiohttp import web

HEADER, QUERY = "x-functions-key", "code"

Level = Literal["anonymous", "function", "system", "admin"]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a host. The master key opens everything."""

    master: str
    function: str
    system: str

    def __repr__(self) -> str:
        """Without the keys: representations end in logs."""
        return "Keys(...)"

    def __post_init__(self) -> None:
        """Raises ValueError for a key that could be guessed."""
        if any(len(key) < 16 for key in (self.master, self.function, self.system)):
            raise ValueError("a key must have 16 characters at least")

    def allow(self, level: Level, request: web.BaseRequest) -> bool:
        """True if a request may do what this level asks a key for. The header counts before the query."""
        presented = request.headers.get(HEADER) or request.query.get(QUERY) or ""
        if level == "anonymous":
            return True
        own = {"function": self.function, "system": self.system, "admin": self.master}[level]
        return _same(self.master, presented) or _same(own, presented)


def level_of(text: str) -> Level:
    """The level of an HTTP trigger; what Azure does not know, and nothing, asks for a function key."""
    lowered = text.lower()
    return "anonymous" if lowered == "anonymous" else "admin" if lowered == "admin" else "function"


def keyed(keys: Keys | None, level: Level) -> Callable[[Handler], Handler]:
    """Wraps a handler of the host's own so that it answers 401, without a body, to a request without a right key."""

    def wrap(handler: Handler) -> Handler:
        if keys is None:
            return handler
        allow = keys.allow

        async def asked(request: web.Request) -> web.Response:
            return await handler(request) if allow(level, request) else unauthorized()

        return asked

    return wrap


def unauthorized() -> web.Response:
    """401, as Azure's host answers: empty."""
    return web.Response(status=401)


def _same(key: str, presented: str) -> bool:
    return hmac.compare_digest(key.encode(), presented.encode("utf-8", "surrogatepass"))
