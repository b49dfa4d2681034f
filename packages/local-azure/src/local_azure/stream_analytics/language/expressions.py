"""The grammar of expressions, from OR down to names and numbers.

Each function reads one level of precedence from the cursor and gives its tree.
"""

import math
from typing import get_args

from local_azure.stream_analytics.language.calls import call
from local_azure.stream_analytics.language.cursor import Cursor
from local_azure.stream_analytics.language.position import Position, QueryError, unsupported
from local_azure.stream_analytics.language.tokens import Token
from local_azure.stream_analytics.language.tree import (
    Arithmetic,
    Case,
    Cast,
    CastType,
    Column,
    Comparator,
    Comparison,
    Constant,
    Expression,
    IsNull,
    Like,
    Logical,
    Not,
    Operator,
    SystemTimestamp,
)

_COMPARATORS: dict[str, Comparator] = {
    "=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", "!>": "<=", ">": ">", ">=": ">=", "!<": ">=",
}  # fmt: skip
_SUMS: dict[str, Operator] = {"+": "+", "-": "-"}
_PRODUCTS: dict[str, Operator] = {"*": "*", "/": "/", "%": "%"}
_MAX_BRANCHES = 100


def expression(cursor: Cursor) -> Expression:
    """A whole expression: a value or a condition."""
    with cursor.deeper():
        return _logical(cursor, "OR")


def _logical(cursor: Cursor, operator: str) -> Expression:
    operand = _negation if operator == "AND" else _conjunction
    position = cursor.token.position
    operands = [operand(cursor)]
    while cursor.accept(operator):
        operands.append(operand(cursor))
    if len(operands) == 1:
        return operands[0]
    return Logical(position, "and" if operator == "AND" else "or", tuple(operands))


def _conjunction(cursor: Cursor) -> Expression:
    return _logical(cursor, "AND")


def _negation(cursor: Cursor) -> Expression:
    position = cursor.token.position
    if cursor.accept("NOT"):
        with cursor.deeper():
            return Not(position, _negation(cursor))
    return _predicate(cursor)


def _predicate(cursor: Cursor) -> Expression:
    left = _sum(cursor)
    position = cursor.token.position
    if cursor.accept("IS"):
        negated = cursor.accept("NOT")
        cursor.expect("NULL")
        return Not(position, IsNull(position, left)) if negated else IsNull(position, left)
    negated = cursor.accept("NOT")
    if cursor.accept("IN"):
        condition = _membership(cursor, left)
    elif cursor.accept("BETWEEN"):
        low = _sum(cursor)
        cursor.expect("AND")
        bounds = (Comparison(position, ">=", left, low), Comparison(position, "<=", left, _sum(cursor)))
        condition = Logical(position, "and", bounds)
    elif cursor.accept("LIKE"):
        condition = _like(cursor, left)
    elif negated:
        raise QueryError(f"expected IN, BETWEEN or LIKE after NOT, found {cursor.token}", cursor.token.position)
    elif operator := _COMPARATORS.get(cursor.token.keyword):
        cursor.take()
        return Comparison(position, operator, left, _sum(cursor))
    else:
        return left
    return Not(position, condition) if negated else condition


def _membership(cursor: Cursor, left: Expression) -> Expression:
    position = cursor.token.position
    cursor.expect("(")
    if cursor.at("SELECT"):
        raise unsupported("a subquery", cursor.token.position)
    tests = [Comparison(position, "=", left, expression(cursor))]
    while cursor.accept(","):
        tests.append(Comparison(position, "=", left, expression(cursor)))
    cursor.expect(")")
    return tests[0] if len(tests) == 1 else Logical(position, "or", tuple(tests))


def _like(cursor: Cursor, left: Expression) -> Expression:
    pattern = cursor.take()
    if pattern.kind != "string":
        raise unsupported("LIKE with a computed pattern", pattern.position, "give it as a string")
    if "[" in pattern.text:
        raise unsupported("a character set in LIKE", pattern.position, "% and _ are")
    if cursor.at("ESCAPE"):
        raise unsupported("LIKE ... ESCAPE", cursor.token.position)
    return Like(pattern.position, left, pattern.text)


def _sum(cursor: Cursor) -> Expression:
    left = _product(cursor)
    while operator := _SUMS.get(cursor.token.keyword):
        position = cursor.operator().position
        left = Arithmetic(position, operator, left, _product(cursor))
    return left


def _product(cursor: Cursor) -> Expression:
    left = _sign(cursor)
    while operator := _PRODUCTS.get(cursor.token.keyword):
        position = cursor.operator().position
        left = Arithmetic(position, operator, left, _sign(cursor))
    return left


def _sign(cursor: Cursor) -> Expression:
    position = cursor.token.position
    if cursor.accept("+"):
        with cursor.deeper():
            return _sign(cursor)
    if not cursor.accept("-"):
        return _primary(cursor)
    with cursor.deeper():
        operand = _sign(cursor)
    if isinstance(operand, Constant) and isinstance(operand.value, int | float):
        return Constant(position, -operand.value)
    return Arithmetic(position, "-", Constant(position, 0), operand)


def _primary(cursor: Cursor) -> Expression:  # noqa: PLR0911 - one for each kind of beginning
    token = cursor.token
    if token.kind == "number":
        cursor.take()
        return Constant(token.position, _number(token))
    if token.kind == "string":
        cursor.take()
        return Constant(token.position, token.text)
    if cursor.accept("("):
        if cursor.at("SELECT"):
            raise unsupported("a subquery", cursor.token.position, "use WITH")
        inner = expression(cursor)
        cursor.expect(")")
        return inner
    if cursor.accept("NULL"):
        return Constant(token.position, None)
    if cursor.accept("CASE"):
        return _case(cursor, token.position)
    if token.keyword in ("CAST", "TRY_CAST") and cursor.ahead().keyword == "(":
        return _cast(cursor)
    return _name(cursor)


def _number(token: Token) -> float:
    value = float(token.text)
    if math.isinf(value):
        raise QueryError("a number beyond the range of a float", token.position)
    return int(token.text) if token.text.isdigit() else value


def _case(cursor: Cursor, position: Position) -> Expression:
    subject = None if cursor.at("WHEN") else expression(cursor)
    branches: list[tuple[Expression, Expression]] = []
    while cursor.accept("WHEN"):
        place = cursor.token.position
        condition = expression(cursor)
        if subject is not None:
            condition = Comparison(place, "=", subject, condition)
        cursor.expect("THEN")
        branches.append((condition, expression(cursor)))
        if len(branches) > _MAX_BRANCHES:
            raise QueryError(f"CASE has more than {_MAX_BRANCHES} branches", place)
    if not branches:
        raise QueryError(f"expected WHEN, found {cursor.token}", cursor.token.position)
    otherwise = expression(cursor) if cursor.accept("ELSE") else Constant(position, None)
    cursor.expect("END")
    return Case(position, tuple(branches), otherwise)


def _cast(cursor: Cursor) -> Expression:
    keyword = cursor.take()
    cursor.expect("(")
    operand = expression(cursor)
    cursor.expect("AS")
    name = cursor.name()
    kind = next((type_name for type_name in get_args(CastType) if type_name == name.text.lower()), None)
    if kind is None:
        types = ", ".join(get_args(CastType))
        raise QueryError(f"there is no type {name.text!r}; the types are {types}", name.position)
    if cursor.accept("("):
        length = cursor.take()
        if kind != "nvarchar" or length.keyword != "MAX":
            raise unsupported(f"a length for {name.text}", length.position, "nvarchar(max) is")
        cursor.expect(")")
    cursor.expect(")")
    return Cast(keyword.position, operand, kind, keyword.keyword == "TRY_CAST")


def _name(cursor: Cursor) -> Expression:
    first = cursor.name()
    path = [first.text]
    while cursor.accept("."):
        path.append(cursor.take().text if cursor.token.kind in ("name", "quoted") else cursor.name().text)
    spelled = ".".join(path)
    if first.kind == "name" and spelled.upper() == "SYSTEM.TIMESTAMP":
        if cursor.accept("("):
            cursor.expect(")")
        return SystemTimestamp(first.position)
    if cursor.at("("):
        return call(cursor, spelled, first.position, expression)
    return Column(first.position, tuple(path))
