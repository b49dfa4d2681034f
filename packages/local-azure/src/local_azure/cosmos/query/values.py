"""JSON values and `undefined`: what equals what, what comes before what.

Python's own operators will not do: to them True equals 1, and comparing a string with a number raises.
Equality across types is false and ordering across types is undefined, as in Microsoft's offline evaluator
(azure-cosmos-dotnet-v3, ScalarExpressionEvaluator) and in the service, where `c.name != null` finds the strings.
"""

# JSON values are known by what they are, not by static types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false

from typing import Any, Final, TypeAlias

import msgspec


class Undefined:
    """The type of `UNDEFINED`, the value of a property that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()
Value: TypeAlias = Any
"""A JSON value or UNDEFINED."""

_RANK = {Undefined: 0, type(None): 1, bool: 2, int: 3, float: 3, str: 4, list: 5, dict: 6}


def rank(value: Value) -> int:
    """The place of a value's type in the order of types: undefined, null, boolean, number, string, array, object."""
    return _RANK[type(value)]


def equal(left: Value, right: Value) -> Value:
    """True or False for any two JSON values, UNDEFINED if either is undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return same(left, right)


def same(left: Value, right: Value) -> bool:
    """True if two JSON values are deeply equal; a boolean never equals a number."""
    if type(left) is str or type(right) is str:
        return left == right
    if _RANK[type(left)] != _RANK[type(right)]:
        return False
    if type(left) is list:
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if type(left) is dict:
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return left == right


def ordered(left: Value, right: Value) -> bool:
    """True if `<`, `>` and the like apply: both are null, boolean, number or string, and of one type."""
    place = _RANK[type(left)]
    return place == _RANK[type(right)] and 0 < place < 5


def sort_key(value: Value) -> tuple[int, Any]:
    """A key for ORDER BY: by type, then by value; arrays and objects have no order among themselves."""
    place = _RANK[type(value)]
    return (place, value if 1 < place < 5 else 0)


def identity(value: Value) -> bytes:
    """A key under which `same` values are equal, for DISTINCT and GROUP BY."""
    return b"" if value is UNDEFINED else _canonical(_whole_floats_as_integers(value))


_canonical = msgspec.json.Encoder(order="deterministic").encode


def _whole_floats_as_integers(value: Value) -> Value:
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is list:
        return [_whole_floats_as_integers(item) for item in value]
    if type(value) is dict:
        return {key: _whole_floats_as_integers(item) for key, item in value.items()}
    return value
