"""Texts of others in a CSV: a spreadsheet runs none as a formula, and a terminal takes none for an order."""

import json
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The beginnings of a formula, the last four as they are as wide as a Chinese character. Source: "CSV Injection" of
OWASP."""
_KEPT = "\n\t"


def harmless(value: Any) -> Any:
    """A value for a cell: a text that a spreadsheet would run begins with `'`, and a control character is `?`."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    text = f"'{value}" if value.startswith(_FORMULA) else value
    return "".join(character if character.isprintable() or character in _KEPT else "?" for character in text)
