"""Holds a parameter's value to its declaration, as Bicep and Azure do before anything is deployed."""

from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from tests.infra.bicep.expressions import Expressions
from tests.infra.bicep.syntax import Declaration, named, text
from tests.infra.bicep.values import BicepError

_TYPES: dict[str, type] = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}
_BOUNDS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "minLength": (lambda value, bound: len(value) >= bound, "is shorter than"),
    "maxLength": (lambda value, bound: len(value) <= bound, "is longer than"),
    "minValue": (lambda value, bound: value >= bound, "is less than"),
    "maxValue": (lambda value, bound: value <= bound, "is more than"),
    "allowed": (lambda value, bound: value in bound, "is none of"),
}


def check_parameter(declaration: Declaration, value: Any, expressions: Expressions) -> None:
    """Raises BicepError if a value is of another type than declared, or out of its bounds."""
    kind = declaration.type_node
    if value is None and text(kind).endswith("?"):
        return
    problem = _mismatch(kind, value, expressions)
    if problem:
        raise BicepError(f"{declaration.name}: {problem}")
    for decorator, arguments in declaration.decorators.items():
        if decorator in _BOUNDS:
            holds, words = _BOUNDS[decorator]
            bound = expressions.value(named(arguments)[0])
            if not holds(value, bound):
                raise BicepError(f"{declaration.name}: {value!r} {words} {bound}")


def _mismatch(kind: Node, value: Any, expressions: Expressions) -> str | None:
    inner = named(kind)[0] if kind.type in ("type", "nullable_type", "parenthesized_type") else None
    if inner is not None:
        return _mismatch(inner, value, expressions)
    if kind.type == "array_type":
        if not isinstance(value, list):
            return f"{value!r} is no array"
        problems = [_mismatch(named(kind)[0], item, expressions) for item in value]  # pyright: ignore[reportUnknownVariableType]
        return next((problem for problem in problems if problem), None)
    if kind.type in ("union_type", "string"):
        members = [expressions.value(member) for member in (named(kind) if kind.type == "union_type" else [kind])]
        return None if value in members else f"{value!r} is none of {members}"
    wanted = _TYPES[text(kind)]
    fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    return None if fits else f"{value!r} is no {text(kind)}"
