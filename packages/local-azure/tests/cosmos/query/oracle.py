"""A naive evaluator of queries, written apart from the real one: slow, without indexes, without pages.

It works on trees of its own, which it also writes out as SQL, so that the parser is tested with the evaluator.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false
# pyright: reportUnknownMemberType=false
import json
from collections.abc import Callable
from typing import Any

import msgspec

MISSING = object()
"""Cosmos's `undefined`."""


def kind(value: Any) -> str:
    """The JSON type of a value."""
    if value is MISSING:
        return "undefined"
    if value is None:
        return "null"
    for types, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array")):
        if isinstance(value, types):  # pyright: ignore[reportArgumentType]
            return name
    return "object"


ORDER_OF_KINDS = ["undefined", "null", "boolean", "number", "string", "array", "object"]


class Expression(msgspec.Struct, frozen=True):
    """SQL text, and what it is worth for a document."""

    sql: str
    of: Callable[[dict[str, Any]], Any]


def literal(value: Any) -> Expression:
    """A constant: JSON is also a literal of the language."""
    return Expression(json.dumps(value), lambda _: value)


def prop(*path: str) -> Expression:
    """`c.a.b`, or `c["a"]["b"]`."""

    def of(document: dict[str, Any]) -> Any:
        value: Any = document
        for name in path:
            value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
        return value

    return Expression("c" + "".join(f"[{json.dumps(name)}]" for name in path), of)


def same(a: Any, b: Any) -> bool:
    """Equality of JSON values: texts would do, but for 1 and 1.0."""
    if kind(a) != kind(b):
        return False
    if kind(a) == "array":
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if kind(a) == "object":
        return set(a) == set(b) and all(same(a[name], b[name]) for name in a)
    return a == b


def compared(operator: str, left: Expression, right: Expression) -> Expression:
    """`=`, `!=`, `<`, `<=`, `>`, `>=`"""

    def of(document: dict[str, Any]) -> Any:
        a, b = left.of(document), right.of(document)
        if a is MISSING or b is MISSING:
            return MISSING
        if operator in ("=", "!="):
            return same(a, b) == (operator == "=")
        if kind(a) != kind(b) or kind(a) in ("array", "object"):
            return MISSING
        below, equal = (False, True) if a is None else (a < b, a == b)  # pyright: ignore[reportOperatorIssue]
        return {"<": below, "<=": below or equal, ">": not below and not equal, ">=": not below}[operator]

    return Expression(f"({left.sql} {operator} {right.sql})", of)


def all_of(*parts: Expression) -> Expression:
    """AND"""

    def of(document: dict[str, Any]) -> Any:
        values = [part.of(document) for part in parts]
        if any(value is False for value in values):
            return False
        return True if all(value is True for value in values) else MISSING

    return Expression("(" + " AND ".join(part.sql for part in parts) + ")", of)


def any_of(*parts: Expression) -> Expression:
    """OR"""

    def of(document: dict[str, Any]) -> Any:
        values = [part.of(document) for part in parts]
        if any(value is True for value in values):
            return True
        return False if all(value is False for value in values) else MISSING

    return Expression("(" + " OR ".join(part.sql for part in parts) + ")", of)


def negated(part: Expression) -> Expression:
    """NOT"""

    def of(document: dict[str, Any]) -> Any:
        value = part.of(document)
        return not value if isinstance(value, bool) else MISSING

    return Expression(f"(NOT {part.sql})", of)


def among(needle: Expression, choices: list[Any]) -> Expression:
    """IN"""

    def of(document: dict[str, Any]) -> Any:
        value = needle.of(document)
        return MISSING if value is MISSING else any(same(value, choice) for choice in choices)

    return Expression(f"({needle.sql} IN ({', '.join(json.dumps(choice) for choice in choices)}))", of)


def between(value: Expression, low: Expression, high: Expression) -> Expression:
    """BETWEEN"""
    both = all_of(compared(">=", value, low), compared("<=", value, high))
    return Expression(f"({value.sql} BETWEEN {low.sql} AND {high.sql})", both.of)


def called(name: str, compute: Callable[..., Any], *arguments: Expression) -> Expression:
    """A function; `compute` sees MISSING for what is undefined."""
    sql = f"{name}({', '.join(argument.sql for argument in arguments)})"
    return Expression(sql, lambda document: compute(*[argument.of(document) for argument in arguments]))


def of_strings(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is undefined for anything but strings."""
    return lambda *values: compute(*values) if all(isinstance(value, str) for value in values) else MISSING


def arithmetic(operator: str, left: Expression, right: Expression) -> Expression:
    """`+`, `-`, `*`"""

    def of(document: dict[str, Any]) -> Any:
        a, b = left.of(document), right.of(document)
        if kind(a) != "number" or kind(b) != "number":
            return MISSING
        return {"+": a + b, "-": a - b, "*": a * b}[operator]

    return Expression(f"({left.sql} {operator} {right.sql})", of)


def sort_key(value: Any) -> tuple[int, Any]:
    """The place of a value in ORDER BY; arrays and objects are all alike."""
    comparable = kind(value) in ("boolean", "number", "string")
    return ORDER_OF_KINDS.index(kind(value)), value if comparable else 0


def aggregated(name: str, values: list[Any]) -> Any:
    """COUNT, SUM, AVG, MIN, MAX over the values of a group."""
    defined = [value for value in values if value is not MISSING]
    if name == "COUNT":
        return len(defined)
    if name in ("SUM", "AVG"):
        if any(kind(value) != "number" for value in defined):
            return MISSING
        return sum(defined) if name == "SUM" else sum(defined) / len(defined) if defined else MISSING
    if not defined or any(kind(value) in ("array", "object") for value in defined):
        return MISSING
    return (min if name == "MIN" else max)(defined, key=sort_key)
