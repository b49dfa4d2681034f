"""Continuation tokens: the place after which a list goes on, as a text that a client hands back as it is.

A token holds the sort key of the last item and not a number of items, so that what comes or goes meanwhile neither
repeats nor hides an item.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from fraud.desk.problems import bad_request

MAX_TOKEN = 2_000
Token = Annotated[str, Meta(max_length=MAX_TOKEN, description="The `next` of the page before.")]
Limit = Annotated[int, Meta(ge=1, le=100, description="Items of a page at most.")]

Item = TypeVar("Item")
Place = TypeVar("Place")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """Items in order. `next` leads to those that follow; null at the end. A page may be shorter than its limit."""

    items: tuple[Item, ...]
    next: str | None = None


def token_of(place: msgspec.Struct) -> str:
    """The token of a place."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode("ascii").rstrip("=")


def place_in(token: str, kind: type[Place]) -> Place:
    """The place in a token. Raises ProblemError if it is not a token of this list."""
    try:
        return msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=kind)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise bad_request("token", "token is not the `next` of a page of this list: begin without one") from error
