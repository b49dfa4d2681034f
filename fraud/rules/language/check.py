"""Checking an expression: which nodes the language has, and of which kind each value is."""

import ast
import math
from collections.abc import Sequence

from fraud.rules.language.errors import ExpressionError
from fraud.rules.language.tree import MAX_NUMBER, Kinds, ValueKind, kind_of_name, name_of

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
EQUALITY = (ast.Eq, ast.NotEq)
MEMBERSHIP = (ast.In, ast.NotIn)
FUNCTIONS = {"abs": (1, 1), "min": (2, 5), "max": (2, 5)}
"""Functions over numbers, with the least and the largest number of arguments."""


def kind_of(node: ast.expr, kinds: Kinds) -> ValueKind:
    """The kind of a value: a fact, a constant, or arithmetic over them. Raises ExpressionError if it is not a value."""
    match node:
        case ast.Constant(value=value):
            return _kind_of_constant(value)
        case ast.Name() | ast.Attribute() if name := name_of(node):
            return kind_of_name(name, kinds)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _need_number(operand, kinds)
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, ARITHMETIC):
            _need_number(left, kinds)
            _need_number(right, kinds)
            if isinstance(op, ast.Div) and not (isinstance(right, ast.Constant) and right.value):
                raise ExpressionError("a number may be divided by a number that is written out and not 0 only")
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in FUNCTIONS:
            least, most = FUNCTIONS[function]
            if not least <= len(arguments) <= most:
                raise ExpressionError(f"{function} takes {least} to {most} numbers, not {len(arguments)}")
            for argument in arguments:
                _need_number(argument, kinds)
        case _:
            raise ExpressionError(f"{shown(node)} is not a value: write facts, constants, + - * /, abs, min and max")
    return "number"


def _kind_of_constant(value: object) -> ValueKind:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise ExpressionError(f"a number may be {MAX_NUMBER:g} at most")
        return "number"
    if isinstance(value, str):
        return "text"
    raise ExpressionError(f"a constant is a number or a text, not {value!r}")


def _need_number(node: ast.expr, kinds: Kinds) -> None:
    if (kind := kind_of(node, kinds)) != "number":
        raise ExpressionError(f"{shown(node)} is a {kind}, and only numbers can be counted with")


def check_comparison(node: ast.Compare, kinds: Kinds) -> None:
    """Raise ExpressionError unless a comparison has operators of the language, and both sides are of one kind."""
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, MEMBERSHIP):
            _check_membership(left, right, kinds)
        elif isinstance(operator, ORDER):
            _need_number(left, kinds)
            _need_number(right, kinds)
        elif isinstance(operator, EQUALITY):
            _check_equality(left, right, kinds)
        else:
            raise ExpressionError("values are compared with < <= > >= == != in and not in; `known(fact)` asks for one")
        left = right


def _check_equality(left: ast.expr, right: ast.expr, kinds: Kinds) -> None:
    kind, other = kind_of(left, kinds), kind_of(right, kinds)
    if kind != other:
        raise ExpressionError(f"{shown(left)} is a {kind} and {shown(right)} a {other}: they are never equal")
    if kind == "flag":
        raise ExpressionError(f"{shown(left)} is a flag: write it alone, or behind `not`")


def _check_membership(left: ast.expr, right: ast.expr, kinds: Kinds) -> None:
    members = members_of(right)
    if members is None:
        raise ExpressionError('`in` takes a list of constants, such as ("cash", "gift_card")')
    kind = kind_of(left, kinds)
    if strangers := [member for member in members if _kind_of_constant(member) != kind]:
        raise ExpressionError(f"{shown(left)} is a {kind} and is never {strangers[0]!r}")


def members_of(node: ast.expr) -> Sequence[str | int | float] | None:
    """The constants of a list, a tuple or a set; None if it is something else, or empty."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return None
    values = [part.value for part in node.elts if isinstance(part, ast.Constant)]
    members = [value for value in values if isinstance(value, str | int | float)]
    return members if members and len(members) == len(node.elts) else None


def shown(node: ast.expr) -> str:
    """A part of an expression as it may be written, shortened."""
    return f"`{ast.unparse(node)[:60]}`"
