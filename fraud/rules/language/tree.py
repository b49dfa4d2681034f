"""Reading an expression: its bounds, and the kinds of facts."""

import ast
from collections.abc import Mapping
from typing import Literal

from fraud.rules.language.errors import ExpressionError

Value = bool | int | float | str | None
FactValues = Mapping[str, Value]
"""Facts by name, such as `event.discount`. One that is absent or None is missing."""

ValueKind = Literal["number", "text", "flag"]
Kinds = Mapping[str, ValueKind]
"""The names that an expression may read, and the kind of each."""

MAX_LENGTH = 500
MAX_NODES = 150
MAX_DEPTH = 20
MAX_NUMBER = 1e15


def read(text: str) -> ast.expr:
    """The tree of an expression. Raises ExpressionError if it is not one, or larger than the bounds."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression may have {MAX_LENGTH} characters, not {len(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"not an expression: {getattr(error, 'msg', error)}") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES or _depth(tree) > MAX_DEPTH:
        raise ExpressionError(f"an expression may have {MAX_NODES} parts, {MAX_DEPTH} of them within one another")
    return tree


def _depth(tree: ast.AST) -> int:
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def name_of(node: ast.expr) -> str | None:
    """The dotted name that a node is, such as `event.price`; None if it is not a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := name_of(node.value)):
        return f"{owner}.{node.attr}"
    return None


def kind_of_name(name: str, kinds: Kinds) -> ValueKind:
    """The kind of a fact. Raises ExpressionError if there is not such a fact, and names those that are near."""
    if name in kinds:
        return kinds[name]
    group = name.split(".", 1)[0]
    near = [other for other in kinds if other.split(".", 1)[0] == group] or sorted({k.split(".", 1)[0] for k in kinds})
    raise ExpressionError(f"there is no fact {name}; there are {', '.join(near)}")
