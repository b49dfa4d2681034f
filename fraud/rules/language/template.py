"""The texts of reasons: words with values in braces, such as `{event.discount:g} % is at least {bound} %`."""

import re
from collections.abc import Callable
from string import Formatter

from fraud.rules.language.compiled import Quantity, Read, quantity
from fraud.rules.language.errors import ExpressionError
from fraud.rules.language.tree import Kind, Kinds, Value

MAX_TEXT = 400
_FORMAT = re.compile(r",?(\.[0-6])?[fg%]?")
_MISSING = "unknown"

Template = Callable[[Read], str]
"""Gives the text. Raises ArithmeticError for numbers beyond all bounds."""


def template(text: str, kinds: Kinds) -> Template:
    """The function of a text. Raises ExpressionError if a value in it cannot be read or formatted so."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise ExpressionError(f"a text has 1 to {MAX_TEXT} characters, not {len(text)}")
    pieces: list[tuple[str, Quantity | None, str]] = []
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise ExpressionError(f"{error}; a brace that is meant as such is written twice") from error
    for words, expression, form, conversion in parsed:
        if expression is None:
            pieces.append((words, None, ""))
            continue
        if conversion:
            raise ExpressionError(f"{{{expression}!{conversion}}}: write the value alone")
        value, kind = quantity(expression, kinds)
        pieces.append((words, value, _checked(form or "", expression, kind)))

    def filled(read: Read) -> str:
        return "".join(words if value is None else words + _shown(value(read), form) for words, value, form in pieces)

    return filled


def _checked(form: str, expression: str, kind: Kind) -> str:
    if not _FORMAT.fullmatch(form) or (form and kind != "number"):
        raise ExpressionError(f"{{{expression}:{form}}}: a number is shown as :g, :.2f, :,.0f, :.0% or as it is")
    return form


def _shown(value: Value, form: str) -> str:
    if value is None:
        return _MISSING
    return format(value, form) if form else str(value)
