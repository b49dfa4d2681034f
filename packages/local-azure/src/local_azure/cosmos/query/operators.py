"""Operators: from the closures of their operands to their own."""

# JSON values are known by what they are, not by static types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownLambdaType=false

import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from local_azure.cosmos.query.functions import number
from local_azure.cosmos.query.values import UNDEFINED, Value, equal, ordered

Evaluate: TypeAlias = Callable[[Value], Value]
"""From a document to a value."""

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NULL_ORDERINGS = {"<": False, "<=": True, ">": False, ">=": True}
_BITWISE: dict[str, Callable[[int, int], int]] = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": lambda value, by: _int32(value << (by & 31)),
    ">>": lambda value, by: value >> (by & 31),
    ">>>": lambda value, by: (value & 0xFFFFFFFF) >> (by & 31),
}
"""On the low 32 bits, as in JavaScript: "Bitwise operators" of the query language."""


def unary(name: str, operand: Evaluate) -> Evaluate:
    if name == "NOT":
        return lambda item: not value if type(value := operand(item)) is bool else UNDEFINED
    if name == "~":
        return lambda item: ~_int32(value) if type(value := operand(item)) in (int, float) else UNDEFINED
    sign = -1 if name == "-" else 1
    return lambda item: sign * value if type(value := operand(item)) in (int, float) else UNDEFINED


def binary(name: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if name == "=":
        return lambda item: equal(left(item), right(item))
    if name == "!=":
        return lambda item: UNDEFINED if (are_equal := equal(left(item), right(item))) is UNDEFINED else not are_equal
    if name == "??":
        return lambda item: right(item) if (value := left(item)) is UNDEFINED else value
    if name == "||":
        return lambda item: _concatenated(left(item), right(item))
    if name in _ORDERINGS:
        return _ordering(name, left, right)
    return _arithmetic(name, left, right)


def _concatenated(left: Value, right: Value) -> Value:
    return left + right if type(left) is str and type(right) is str else UNDEFINED


def _ordering(name: str, left: Evaluate, right: Evaluate) -> Evaluate:
    compare = _ORDERINGS[name]
    of_nulls = _NULL_ORDERINGS[name]

    def evaluate(item: Value) -> Value:
        a, b = left(item), right(item)
        if not ordered(a, b):
            return UNDEFINED
        return of_nulls if a is None else compare(a, b)

    return evaluate


def _arithmetic(name: str, left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(item: Value) -> Value:
        a, b = left(item), right(item)
        if type(a) not in (int, float) or type(b) not in (int, float):
            return UNDEFINED
        return _compute(name, a, b)

    return evaluate


def _compute(name: str, a: float, b: float) -> Value:  # noqa: PLR0911 - one for each operator
    if name in _BITWISE:
        return _BITWISE[name](_int32(a), _int32(b))
    try:
        match name:
            case "+":
                return number(float(a) + b)
            case "-":
                return number(float(a) - b)
            case "*":
                return number(float(a) * b)
            case "/":
                return number(a / b)
            case _:
                # The remainder has the sign of the dividend, as in JavaScript.
                return number(math.fmod(a, b))
    except (ZeroDivisionError, OverflowError, ValueError):
        return UNDEFINED


def _int32(value: float) -> int:
    """JavaScript's conversion for bitwise operators: the low 32 bits, signed."""
    low = int(value) & 0xFFFFFFFF
    return low - 2**32 if low >= 2**31 else low


def logical(is_and: bool, operands: list[Evaluate]) -> Evaluate:
    """Three-valued: AND is false if any operand is, OR true if any is, else undefined if any is not a boolean."""
    decisive = not is_and

    def evaluate(item: Value) -> Value:
        result: Value = is_and
        for operand in operands:
            value = operand(item)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                result = UNDEFINED
        return result

    return evaluate
