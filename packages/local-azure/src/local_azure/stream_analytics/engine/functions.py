"""Scalar functions by name. NULL in gives NULL out, except for CONCAT and COALESCE."""

import math
from collections.abc import Callable
from types import NoneType
from typing import Any

from local_azure.stream_analytics.engine.times import Instant, format_instant
from local_azure.stream_analytics.engine.values import NUMBERS, ConversionError, compare, in_range, name_of

MAX_TEXT = 1_000_000
"""Characters that a function may build, so that nested REPLACE calls cannot fill the memory."""

_WITHOUT_FRACTION = 2.0**52
"""From here on floats are whole."""


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise ConversionError(f"expected nvarchar, not {name_of(value)}")
    return value


def _number(value: Any) -> Any:
    if value.__class__ not in NUMBERS:
        raise ConversionError(f"expected a number, not {name_of(value)}")
    return value


def _whole(value: Any) -> int:
    return int(_number(value))


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return call


def concat(*parts: Any) -> str:
    """Texts one behind the other; NULL counts as empty, other scalars as they print."""
    try:
        return _bounded("".join(parts))
    except TypeError:  # not all of them are texts
        return _bounded("".join(map(_printed, parts)))


def _printed(part: Any) -> str:
    if part is None:
        return ""
    if part.__class__ is str:
        return part
    if part.__class__ is Instant:
        return format_instant(part)
    if part.__class__ is bool:
        return "true" if part else "false"
    return str(_number(part))


def coalesce(*values: Any) -> Any:
    """The first value that is not NULL."""
    return next((value for value in values if value is not None), None)


def null_if(value: Any, other: Any) -> Any:
    """NULL if both are equal, else the first."""
    return None if compare("=", value, other) else value


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ConversionError(f"a text of more than {MAX_TEXT} characters")
    return text


def _substring(text: Any, start: Any, length: Any) -> str:
    first, count = _whole(start) - 1, _whole(length)
    if count < 0:
        raise ConversionError("SUBSTRING needs a length of at least 0")
    return _text(text)[max(first, 0) : max(first + count, 0)]


def _replace(text: Any, old: Any, new: Any) -> str:
    text, old, new = _text(text), _text(old), _text(new)
    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise ConversionError(f"a text of more than {MAX_TEXT} characters")
    return text.replace(old, new)


def _round(value: Any, digits: Any = 0) -> Any:
    places = min(max(_whole(digits), -20), 20)
    if _number(value).__class__ is not float:
        unit = 10 ** max(-places, 0)
        size = (abs(value) + unit // 2) // unit * unit
        return in_range(-size if value < 0 else size)
    scale = 10.0 ** abs(places)
    scaled = value * scale if places > 0 else value / scale
    if abs(scaled) >= _WITHOUT_FRACTION:
        return value
    away_from_zero = math.copysign(math.floor(abs(scaled) + 0.5), scaled)
    return in_range(away_from_zero / scale if places > 0 else away_from_zero * scale)


def _absolute(value: Any) -> Any:
    return in_range(abs(_number(value)))


def _ceiling(value: Any) -> Any:
    return _of_its_type(value, math.ceil(_number(value)))


def _floor(value: Any) -> Any:
    return _of_its_type(value, math.floor(_number(value)))


def _of_its_type(value: Any, whole: int) -> Any:
    """The type of the argument ("Return Types" of FLOOR and CEILING): of a float a float."""
    return float(whole) if value.__class__ is float else in_range(whole)


def _character_index(part: Any, text: Any) -> int:
    return _text(text).find(_text(part)) + 1


def _length(text: Any) -> int:
    """Characters as .NET counts them, those outside the first plane twice, "excluding trailing blanks" (LEN)."""
    kept = _text(text).rstrip(" ")
    return len(kept) if kept.isascii() else len(kept.encode("utf-16-le", "surrogatepass")) // 2


def _type(value: Any) -> str | None:
    """The name of a type as the page "Data Types" has it; NULL has none."""
    return TYPE_NAMES[value.__class__]


TYPE_NAMES: dict[type, str | None] = {
    NoneType: None,
    str: "nvarchar(max)",
    int: "bigint",
    float: "float",
    bool: "bit",
    Instant: "datetime",
    dict: "record",
    list: "array",
}


def _lower(text: Any) -> str:
    return _text(text).lower()


def _trim(text: Any) -> str:
    return _text(text).strip(" ")


def _upper(text: Any) -> str:
    return _text(text).upper()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ABS": _strict(_absolute),
    "CEILING": _strict(_ceiling),
    "CHARINDEX": _strict(_character_index),
    "COALESCE": coalesce,
    "CONCAT": concat,
    "FLOOR": _strict(_floor),
    "GETTYPE": _type,
    "LEN": _strict(_length),
    "LOWER": _strict(_lower),
    "NULLIF": null_if,
    "REPLACE": _strict(_replace),
    "ROUND": _strict(_round),
    "SUBSTRING": _strict(_substring),
    "TRIM": _strict(_trim),
    "UPPER": _strict(_upper),
}
