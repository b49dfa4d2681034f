"""An endpoint of the API as data: its address, what it takes and gives, and who may call it.

The router, the OpenAPI document and the tests of roles read the same table.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, Literal, TypeVar

import msgspec

from fraud.desk.callers import Caller, Role
from function_app.durable_client import Client

Asked = TypeVar("Asked")
Content = TypeVar("Content")


class NoParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters, or no body."""


class Call(msgspec.Struct, Generic[Asked, Content], frozen=True, kw_only=True):
    """A request that was read: `asked` are its parameters, `content` its body.

    `if_match` is the ETag of the state that a change is based on, without quotes. `client` is set if the endpoint asks
    for it.
    """

    asked: Asked
    content: Content
    caller: Caller
    if_match: str | None = None
    client: Client | None = None

    @property
    def durable(self) -> Client:
        """The durable client of an endpoint that asks for it."""
        assert self.client is not None, "the endpoint asks for it"  # noqa: S101
        return self.client


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with more than content: an ETag of its own, another status, or another media type."""

    content: Any
    etag: str | None = None
    status: int = 200
    mimetype: str = "application/json"
    headers: Mapping[str, str] = {}


Handler = Callable[[Call[Any, Any]], Awaitable[Any]]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. `path` is relative to the host; its parameters and those of the query are the fields of `asked`.

    The first line of the handler's docstring is its summary. `body` is the media type of what it takes.
    """

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    role: Role
    handler: Handler
    asked: Any = NoParameters
    content: Any = None
    answer: Any
    statuses: tuple[int, ...] = ()
    """Refusals beside 400, 401, 403 and 503."""
    needs_etag: bool = False
    needs_client: bool = False
    status: int = 200
    body: str = "application/json"
    gives: str = "application/json"

    @property
    def changes(self) -> bool:
        """True if it changes something: then the caller must have a name."""
        return self.method != "GET"
