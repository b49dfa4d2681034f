"""The texts of reasons: words with values in braces, such as `{event.discount:g} % is at least {bound} %`.

Powers are shown as people say them: `by chance once in {value:odds}`, `{value:times} times as likely`.
"""

import ast
import re
from string import Formatter
from typing import Any, Protocol

from fraud.rules.language.compiled import ReadFact, compiled, fact_of, quantity_tree
from fraud.rules.language.errors import ExpressionError
from fraud.rules.language.powers import POWERS
from fraud.rules.language.tree import Kinds, Value, ValueKind

MAX_TEXT = 400
_FORMAT = re.compile(r",?(\.[0-6])?[fg%]?")
_MISSING = "unknown"

BESIDE = ("value", "bound")
"""The names of what a text shows beside facts: a rule's value, and the bound that it passes."""


class Template(Protocol):
    """Gives the text. Raises ArithmeticError or ValueError for numbers beyond all bounds."""

    def __call__(self, read: ReadFact, value: Value = None, bound: Value = None, /) -> str: ...


def template(text: str, kinds: Kinds) -> Template:
    """The function of a text. Raises ExpressionError if a value in it cannot be read or formatted so."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise ExpressionError(f"a text has 1 to {MAX_TEXT} characters, not {len(text)}")
    pieces: list[ast.expr] = []
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise ExpressionError(f"{error}; a brace that is meant as such is written twice") from error
    for words, expression, form, conversion in parsed:
        pieces.append(ast.Constant(words))
        if expression is None:
            continue
        if conversion:
            raise ExpressionError(f"{{{expression}!{conversion}}}: write the value alone")
        value, kind = quantity_tree(expression, kinds)
        pieces.append(_shown(value, _checked(form or "", expression, kind)))
    return compiled(_Beside().visit(ast.JoinedStr(pieces)), *BESIDE)


class _Beside(ast.NodeTransformer):
    """Puts the names of what is given beside facts in the place of their reads."""

    def visit(self, node: ast.AST) -> Any:
        name = fact_of(node)
        return ast.Name(name, ast.Load()) if name in BESIDE else self.generic_visit(node)


def _checked(form: str, expression: str, kind: ValueKind) -> str:
    if not (form in POWERS or _FORMAT.fullmatch(form)) or (form and kind != "number"):
        raise ExpressionError(
            f"{{{expression}:{form}}}: a number is shown as :g, :.2f, :,.0f, :.0%, :odds, :times or as it is"
        )
    return form


def _shown(value: ast.expr, form: str) -> ast.expr:
    """The value in its format, or the word for one that is missing."""
    name: ast.expr = ast.Name("_value", ast.Load())
    if form in POWERS:
        name, form = ast.Call(ast.Name(form, ast.Load()), [name], []), ""
    filled = ast.JoinedStr([ast.FormattedValue(name, -1, ast.JoinedStr([ast.Constant(form)]) if form else None)])
    is_missing = ast.Compare(ast.NamedExpr(ast.Name("_value", ast.Store()), value), [ast.Is()], [ast.Constant(None)])
    return ast.FormattedValue(ast.IfExp(is_missing, ast.Constant(_MISSING), filled), -1, None)
