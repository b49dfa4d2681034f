"""A query as a client sends it: its text, the tree of it, and the values of its parameters."""

from collections.abc import Mapping
from typing import Any

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.syntax import Query
from local_azure.cosmos.wire import check_nesting

_READ_FEED = "SELECT * FROM c"


class Statement(msgspec.Struct, frozen=True):
    """`parameters` by name, `@store`."""

    text: str
    query: Query
    parameters: Mapping[str, Any]


class _Parameter(msgspec.Struct):
    name: str
    value: Any


class _Body(msgspec.Struct):
    query: str
    parameters: list[_Parameter] | None = None


_bodies = msgspec.json.Decoder(_Body)


def read_feed() -> Statement:
    """The query that a feed without a query amounts to."""
    return Statement(_READ_FEED, parse(_READ_FEED), {})


def read_statement(body: bytes) -> Statement:
    """The query in a request's body. 400 if it is malformed."""
    check_nesting(body, "The query")
    try:
        query = _bodies.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"The query must be {{'query': text, 'parameters': [...]}}: {problem}") from problem
    parameters = {parameter.name: parameter.value for parameter in query.parameters or ()}
    return Statement(query.query, parse(query.query), parameters)
