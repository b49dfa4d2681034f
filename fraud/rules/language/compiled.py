"""Compiling a checked expression into a function of facts.

What is compiled is not the author's tree but a new one, made of comparisons, arithmetic and reads of facts only. It
runs without builtins except for abs, min and max, and for what shows powers in texts.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any, cast

from fraud.rules.language.check import check_comparison, kind_of, members_of, shown
from fraud.rules.language.errors import ExpressionError
from fraud.rules.language.powers import POWERS
from fraud.rules.language.tree import Kinds, Value, ValueKind, kind_of_name, name_of, read

ReadFact = Callable[[str], Value]
"""Reads a fact by its name: the `get` of a mapping of facts."""

Condition = Callable[[ReadFact], bool]
Quantity = Callable[[ReadFact], Value]
"""Gives None if a fact that it reads is missing. Raises ArithmeticError for numbers beyond all bounds."""

_READ = "read"
_GLOBALS: dict[str, Any] = {"__builtins__": {}, "abs": abs, "min": min, "max": max, **POWERS}


def condition(text: str, kinds: Kinds) -> Condition:
    """The function of a condition. Raises ExpressionError. Calling it raises ArithmeticError at most."""
    return compiled(condition_tree(text, kinds))


def quantity(text: str, kinds: Kinds) -> tuple[Quantity, ValueKind]:
    """The function of a value, and its kind. Raises ExpressionError."""
    tree, kind = quantity_tree(text, kinds)
    return compiled(tree), kind


def condition_tree(text: str, kinds: Kinds) -> ast.expr:
    """A condition, checked and built anew: true if it certainly holds. Raises ExpressionError."""
    return _truth(read(text), kinds, holds=True)


def quantity_tree(text: str, kinds: Kinds) -> tuple[ast.expr, ValueKind]:
    """A value, checked and built anew, and its kind; None if a fact is missing. Raises ExpressionError."""
    tree = read(text)
    kind = kind_of(tree, kinds)
    return ast.IfExp(_all_known(tree), _value(tree), ast.Constant(None)), kind


def fact_of(node: ast.AST) -> str | None:
    """The fact that a part of a built tree reads; None if it is another part."""
    match node:
        case ast.Call(func=ast.Name(id="read"), args=[ast.Constant(value=str(name))]):
            return name
        case _:
            return None


def compiled(body: ast.expr, *others: str) -> Any:
    """The function of a tree that was built here: of facts, and of `others`, which are None if absent."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name) for name in (_READ, *others)],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[ast.Constant(None) for _ in others],
        vararg=None,
        kwarg=None,
    )
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    # Built above from checked parts; the author's text is not in it.
    return eval(compile(tree, "<rule>", "eval"), dict(_GLOBALS))  # noqa: S307


def _truth(node: ast.expr, kinds: Kinds, *, holds: bool) -> ast.expr:
    """True if a condition certainly holds, or with `holds` False, if it certainly does not.

    The negation goes down to the comparisons, so that a missing fact makes neither of the two true.
    """
    match node:
        case ast.BoolOp(op=op, values=values):
            every = isinstance(op, ast.And) == holds
            return ast.BoolOp(ast.And() if every else ast.Or(), [_truth(part, kinds, holds=holds) for part in values])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _truth(operand, kinds, holds=not holds)
        case ast.Call(func=ast.Name(id="known"), args=[argument], keywords=[]):
            return _known(argument, kinds, holds=holds)
        case ast.Compare():
            check_comparison(node, kinds)
            core = _comparison(node)
            return ast.BoolOp(ast.And(), [_all_known(node), core if holds else ast.UnaryOp(ast.Not(), core)])
        case ast.Name() | ast.Attribute() if name := name_of(node):
            if (kind := kind_of_name(name, kinds)) != "flag":
                raise ExpressionError(f"{name} is a {kind}: compare it with something")
            return ast.Compare(_fact(name), [ast.Is()], [ast.Constant(holds)])
        case _:
            raise ExpressionError(f"{shown(node)} is not a condition: write comparisons, and, or, not, known(fact)")


def _known(argument: ast.expr, kinds: Kinds, *, holds: bool) -> ast.expr:
    name = name_of(argument)
    if name is None:
        raise ExpressionError("`known` asks for one fact, such as known(customer.age_days)")
    kind_of_name(name, kinds)
    return ast.Compare(_fact(name), [ast.IsNot() if holds else ast.Is()], [ast.Constant(None)])


def _comparison(node: ast.Compare) -> ast.expr:
    sides = [_value(side) if members_of(side) is None else _members(side) for side in (node.left, *node.comparators)]
    return ast.Compare(sides[0], node.ops, sides[1:])


def _members(node: ast.expr) -> ast.expr:
    return ast.Constant(cast(Any, frozenset(members_of(node) or ())))


def _value(node: ast.expr) -> ast.expr:
    match node:
        case ast.Constant(value=value):
            return ast.Constant(value)
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, _value(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_value(left), op, _value(right))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return ast.Call(ast.Name(function, ast.Load()), [_value(argument) for argument in arguments], [])
        case _:
            return _fact(cast(str, name_of(node)))


def _fact(name: str) -> ast.expr:
    return ast.Call(ast.Name(_READ, ast.Load()), [ast.Constant(name)], [])


def _all_known(node: ast.expr) -> ast.expr:
    tests: list[ast.expr] = [
        ast.Compare(_fact(name), [ast.IsNot()], [ast.Constant(None)]) for name in dict.fromkeys(names_in(node))
    ]
    return ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0] if tests else ast.Constant(True)


def names_in(node: ast.expr) -> Iterator[str]:
    """The facts that a checked expression reads."""
    if name := name_of(node):
        yield name
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and child is node.func):
            yield from names_in(child)
