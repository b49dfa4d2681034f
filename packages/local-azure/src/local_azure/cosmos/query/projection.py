"""SELECT: from a document to the JSON that is answered for it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.compiler import Compiler, compile_object
from local_azure.cosmos.query.operators import Evaluate
from local_azure.cosmos.query.syntax import Node, Parameter, Path, Query
from local_azure.cosmos.query.values import UNDEFINED
from local_azure.cosmos.wire import encode

Project: TypeAlias = Callable[[bytes, Evaluate], bytes | None]

MAX_RESULT_BYTES = 64 * 1024 * 1024


class Projection:
    """Makes the JSON of one result."""

    def __init__(self, query: Query, compiler: Compiler) -> None:
        self._whole = query.select is None
        self._evaluate = _evaluator(query, compiler)
        leaves = list(_leaves(query.select))
        self._references = sum(isinstance(leaf, Path) for leaf in leaves)
        constants = [compiler.constant(leaf) for leaf in leaves if isinstance(leaf, Parameter)]
        self._constants = sum(len(encode(value)) for value in constants if value is not UNDEFINED)

    def result(self, body: bytes, item: object) -> bytes | None:
        """The result for a document (`body` its JSON, `item` the same decoded); None if it has none.

        VALUE of an undefined expression has no result. 400 before a result is built that could be too large,
        because every reference may repeat the whole document.
        """
        if self._whole:
            return body
        if self._references * len(body) + self._constants > MAX_RESULT_BYTES:
            raise bad_request("SELECT repeats the document or a parameter so often that the result could be too large.")
        value = self._evaluate(item)
        return None if value is UNDEFINED else encode(value)


def _evaluator(query: Query, compiler: Compiler) -> Evaluate:
    select = query.select
    if select is None:
        return lambda item: item
    if isinstance(select, Node):
        return compiler.compile(select)
    return compile_object([(name, compiler.compile(node)) for name, node in select])


def _leaves(part: object) -> Iterator[Node]:
    """The parameters and paths in a tree."""
    if isinstance(part, Parameter | Path):
        yield part
    elif isinstance(part, Node):
        for name in part.__struct_fields__:
            yield from _leaves(getattr(part, name))
    elif isinstance(part, tuple):
        for each in cast("tuple[object, ...]", part):
            yield from _leaves(each)
