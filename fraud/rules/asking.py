"""All rules of a set as one function: it reads each fact once, and gives the rules that hold and the step of each.

Asked one by one, the rules read the same facts again and again; that took five times as long.
"""

import ast
import math
from collections.abc import Callable, Sequence
from typing import Any

from fraud.rules.compiling import CompiledRule
from fraud.rules.definition import Comparator, WeightStep
from fraud.rules.language.compiled import ReadFact, condition_tree, fact_of, quantity_tree
from fraud.rules.language.tree import Kinds, Value

Ask = Callable[[ReadFact], list[tuple[int, int, Value]]]
"""The places of the rules that hold, each with the number of the step that it reaches and its value, in order.

Raises ArithmeticError for numbers beyond all bounds, and TypeError for a fact of another kind: then the rules are asked
one by one.
"""

_OPERATORS: dict[Comparator, type[ast.cmpop]] = {
    "at least": ast.GtE,
    "above": ast.Gt,
    "at most": ast.LtE,
    "below": ast.Lt,
}


def asking(rules: Sequence[CompiledRule], kinds: Kinds) -> Ask:
    """The function that asks all of these rules, which have been compiled already."""
    facts = _Facts()
    asked = [facts.visit(_asked(rule, place, kinds)) for place, rule in enumerate(rules)]
    reads = [_assign(name, _call("read", ast.Constant(fact))) for fact, name in facts.names.items()]
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg("read")], kwonlyargs=[], kw_defaults=[], defaults=[], vararg=None, kwarg=None
    )
    body = [*reads, _assign("held", ast.List([], ast.Load())), *asked, ast.Return(_name("held"))]
    function = ast.FunctionDef(name="ask", args=arguments, body=body, decorator_list=[], returns=None)
    names = {"abs": abs, "min": min, "max": max, "isnan": math.isnan, "ArithmeticError": ArithmeticError}
    made: dict[str, Any] = {"__builtins__": names}
    # Built here from checked parts, like each rule's own functions; the author's text is not in it.
    exec(compile(ast.fix_missing_locations(ast.Module([function], [])), "<rules>", "exec"), made)  # noqa: S102
    return made["ask"]


def _asked(rule: CompiledRule, place: int, kinds: Kinds) -> ast.stmt:
    definition = rule.definition
    body: list[ast.stmt] = [_held(place, 0, ast.Constant(None))]
    if definition.value is not None:
        tree, _ = quantity_tree(definition.value, kinds)
        body = [_assign("value", tree), _steps(rule.steps, definition.comparison, place)]
    return ast.If(condition_tree(definition.when, kinds) if definition.when else ast.Constant(True), body, [])


def _steps(steps: Sequence[WeightStep], comparison: Comparator, place: int) -> ast.stmt:
    """The strictest step that the value passes; none if it is missing."""
    # Of 10^400 it raises OverflowError, which is an ArithmeticError.
    is_nan = ast.If(_call("isnan", _name("value")), [ast.Raise(_name("ArithmeticError"), None)], [])
    last: list[ast.stmt] = []
    for number, step in enumerate(steps):
        passed = ast.Compare(_name("value"), [_OPERATORS[comparison]()], [ast.Constant(step.bound)])
        last = [ast.If(passed, [_held(place, number, _name("value"))], last)]
    return ast.If(ast.Compare(_name("value"), [ast.IsNot()], [ast.Constant(None)]), [is_nan, *last], [])


def _held(place: int, step: int, value: ast.expr) -> ast.stmt:
    append = ast.Attribute(_name("held"), "append", ast.Load())
    reached = ast.Tuple([ast.Constant(place), ast.Constant(step), value], ast.Load())
    return ast.Expr(ast.Call(append, [reached], []))


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _call(function: str, argument: ast.expr) -> ast.expr:
    return ast.Call(_name(function), [argument], [])


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


class _Facts(ast.NodeTransformer):
    """Puts a local name in the place of each read of a fact."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit(self, node: ast.AST) -> Any:
        """The node, or the name of the fact that it reads."""
        if (fact := fact_of(node)) is None:
            return self.generic_visit(node)
        return _name(self.names.setdefault(fact, f"fact_{len(self.names)}"))
