"""Operations on values at run time: comparison, arithmetic, conversion. NULL is None, and unknown is None as well.

JSON's types are those of compatibility level 1.2: a boolean is a BIT and counts as 0 or 1 beside numbers. Values of
different types do not compare; a datetime compares with a text that reads as one.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from local_azure.stream_analytics.engine.times import Instant, format_instant, is_representable, parse_instant
from local_azure.stream_analytics.language.tree import CastType, Comparator, Operator

NUMBERS = frozenset({int, float, bool})
MAX_BIGINT = 2**63 - 1


class ConversionError(Exception):
    """A value has a type that an expression cannot use. Stream Analytics calls this a data conversion error."""


_COMPARE: dict[Comparator, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compare(operator: Comparator, left: Any, right: Any) -> bool | None:
    """The comparison of any two values; None if either is NULL or their types do not go together."""
    if left is None or right is None:
        return None
    kind, other_kind = left.__class__, right.__class__
    if (kind in NUMBERS and other_kind in NUMBERS) or (kind is str and other_kind is str):
        return _COMPARE[operator](left, right)
    if kind is Instant or other_kind is Instant:
        left, right = instant(left), instant(right)
        return None if left is None or right is None else _COMPARE[operator](left, right)
    return None


def instant(value: Any) -> int | None:
    """Ticks of a datetime or of a text that reads as one, else None."""
    if value.__class__ is Instant:
        return value
    return parse_instant(value) if value.__class__ is str else None


def arithmetic(operator: Operator, left: Any, right: Any) -> Any:
    """`+ - * / %` on numbers, and `+` on texts. Whole numbers divide to whole numbers; by zero gives NULL.

    Raises ConversionError for other types and where the result leaves the range of a bigint.
    """
    if left is None or right is None:
        return None
    if operator == "+" and left.__class__ is str and right.__class__ is str:
        return left + right
    if left.__class__ not in NUMBERS or right.__class__ not in NUMBERS:
        raise ConversionError(f"{operator} needs numbers, not {name_of(left)} and {name_of(right)}")
    if operator in ("/", "%"):
        return None if right == 0 else _divide(operator, left, right)
    result = left + right if operator == "+" else left - right if operator == "-" else left * right
    return in_range(result)


def _divide(operator: Operator, left: float, right: float) -> float:
    if isinstance(left, float) or isinstance(right, float):
        return in_range(left / right if operator == "/" else math.fmod(left, right))
    sign = -1 if (left < 0) != (right < 0) else 1
    whole = sign * (abs(left) // abs(right))  # toward zero, as in .NET
    return in_range(whole if operator == "/" else left - right * whole)


def in_range(number: Any) -> Any:
    """The number. Raises ConversionError if it is beyond a bigint, or no finite float."""
    if number.__class__ is int:
        if -MAX_BIGINT - 1 <= number <= MAX_BIGINT:
            return number
    elif number.__class__ is not float or float("-inf") < number < float("inf"):
        return number
    raise ConversionError(f"{number} is beyond the range of its type")


def number(value: Any) -> Any:
    """The value as SUM and AVG take it: a number or NULL. Raises ConversionError for anything else."""
    if value is None or value.__class__ in NUMBERS:
        return value
    raise ConversionError(f"an aggregate needs numbers, not {name_of(value)}")


_ORDER: dict[type, int] = {bool: 0, int: 0, float: 0, str: 1, Instant: 2}


def comparable(value: Any) -> Any:
    """The value as MIN and MAX take it. Raises ConversionError for records and arrays."""
    if value is None or value.__class__ in _ORDER:
        return value
    raise ConversionError(f"MIN and MAX cannot order {name_of(value)}")


def before(value: Any, other: Any) -> bool:
    """True if a value stands before another: numbers, then texts, then datetimes, so that the order of events does
    not decide what MIN and MAX of mixed types are."""
    rank, other_rank = _ORDER[value.__class__], _ORDER[other.__class__]
    return value < other if rank == other_rank else rank < other_rank


def cast(lenient: bool, to: CastType, value: Any) -> Any:
    """CAST, or with `lenient` TRY_CAST. Raises ConversionError where CAST cannot convert."""
    if value is None:
        return None
    try:
        return _CASTS[to](value)
    except (ValueError, OverflowError, KeyError, ConversionError):
        if lenient:
            return None
    raise ConversionError(f"{name_of(value)} cannot be cast to {to}; TRY_CAST gives NULL instead")


def name_of(value: Any) -> str:
    """The type of a value in the language's words."""
    return _NAMES.get(value.__class__, "a value")


_NAMES: dict[type, str] = {
    str: "nvarchar",
    int: "bigint",
    float: "float",
    bool: "bit",
    Instant: "datetime",
    dict: "a record",
    list: "an array",
}


def _to_bigint(value: Any) -> int:
    if value.__class__ is str:
        if not re.fullmatch(r"\s*[-+]?[0-9]{1,19}\s*", value):
            raise ValueError
        return in_range(int(value))
    return in_range(int(_plain_number(value)))


def _to_float(value: Any) -> float:
    if value.__class__ is str and not re.fullmatch(r"\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*", value):
        raise ValueError
    return in_range(float(value if value.__class__ is str else _plain_number(value)))


def _to_bit(value: Any) -> bool:
    if value.__class__ is str:
        return {"true": True, "false": False, "1": True, "0": False}[value.strip().lower()]
    return _plain_number(value) != 0


def _plain_number(value: Any) -> float:
    if value.__class__ not in NUMBERS:
        raise ValueError
    return value


def _to_datetime(value: Any) -> Instant:
    ticks = instant(value)
    if ticks is None:
        raise ValueError
    return Instant(ticks)


def _to_text(value: Any) -> str:
    if value.__class__ is str:
        return value
    if value.__class__ is Instant:
        return format_instant(value)
    if value.__class__ is int:
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_json_default)


def _json_default(value: Any) -> Any:
    raise ConversionError(name_of(value))


def _same(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value.__class__ is not kind:
            raise ValueError
        return value

    return check


_CASTS: dict[CastType, Callable[[Any], Any]] = {
    "bigint": _to_bigint,
    "float": _to_float,
    "bit": _to_bit,
    "datetime": _to_datetime,
    "nvarchar": _to_text,
    "record": _same(dict),
    "array": _same(list),
}


def date_add(unit: int, amount: Any, start: Any) -> Instant | None:
    """DATEADD with a unit in ticks. ConversionError if `start` is not a datetime or `amount` is not a whole number."""
    if amount is None or start is None:
        return None
    ticks = instant(start)
    if ticks is None or amount.__class__ not in NUMBERS:
        raise ConversionError(f"DATEADD needs a number and a datetime, not {name_of(amount)} and {name_of(start)}")
    moved = ticks + int(amount) * unit
    if not is_representable(moved):
        raise ConversionError("DATEADD leaves the years 1 to 9999")
    return Instant(moved)


def date_diff(unit: int, start: Any, end: Any) -> int | None:
    """DATEDIFF with a unit in ticks: how many boundaries of the unit lie between, as in T-SQL."""
    if start is None or end is None:
        return None
    first, last = instant(start), instant(end)
    if first is None or last is None:
        raise ConversionError(f"DATEDIFF needs datetimes, not {name_of(start)} and {name_of(end)}")
    return last // unit - first // unit
