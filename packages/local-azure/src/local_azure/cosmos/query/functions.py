"""The system functions: each from argument values to a value.

A function of the wrong types is undefined, as in https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
"""

# JSON values are known by what they are, not by static types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false

import math
from collections.abc import Callable
from typing import Any

import msgspec

from local_azure.cosmos.query.values import UNDEFINED, Value, same


class Function(msgspec.Struct, frozen=True):
    """A function and how many arguments it takes."""

    arity: range
    apply: Callable[..., Value]

    def takes(self) -> str:
        """The arity for a message, `1` or `2 to 3`."""
        low, high = self.arity[0], self.arity[-1]
        return str(low) if low == high else f"{low} to {high}"


MAX_TEXT = 2 * 1024 * 1024
"""The most characters that REPLACE may put in."""


def _type_test(*types: type) -> Function:
    return Function(range(1, 2), lambda value: type(value) in types)


def _of_number(compute: Callable[[Any], Any]) -> Function:
    def apply(value: Value) -> Value:
        if type(value) not in (int, float):
            return UNDEFINED
        try:
            return number(compute(value))
        except OverflowError:
            return UNDEFINED

    return Function(range(1, 2), apply)


def _of_string(compute: Callable[[str], Value]) -> Function:
    def apply(value: Value) -> Value:
        return compute(value) if type(value) is str else UNDEFINED

    return Function(range(1, 2), apply)


def _string_test(test: Callable[[str, str], bool]) -> Function:
    """A test of two strings, with an optional flag that makes it ignore case."""

    def apply(value: Value, other: Value, ignore_case: Value = False) -> Value:
        if type(value) is not str or type(other) is not str or type(ignore_case) is not bool:
            return UNDEFINED
        return test(value.lower(), other.lower()) if ignore_case else test(value, other)

    return Function(range(2, 4), apply)


def number(value: float) -> Value:
    """The result of an arithmetic: a double, written as an integer if it is whole; infinity and NaN are undefined.

    OverflowError for an integer that no double holds.
    """
    double = float(value)
    if not math.isfinite(double):
        return UNDEFINED
    return int(double) if double.is_integer() and abs(double) < 2**63 else double


def is_integer(value: Value) -> bool:
    """True for a whole number, which may be a double: to the service 1.0 and 1 are one number."""
    return type(value) is int or (type(value) is float and value.is_integer())


def _array_contains(array: Value, wanted: Value, partial: Value = False) -> Value:
    if type(array) is not list or wanted is UNDEFINED or not (type(partial) is bool or partial is UNDEFINED):
        return UNDEFINED
    if partial is True and type(wanted) is dict:
        return any(_covers(item, wanted) for item in array)
    return any(same(item, wanted) for item in array)


def _covers(item: Value, wanted: dict[str, Value]) -> bool:
    return type(item) is dict and all(key in item and same(item[key], value) for key, value in wanted.items())


def _array_length(value: Value) -> Value:
    return len(value) if type(value) is list else UNDEFINED


def _array_slice(array: Value, start: Value, length: Value = None) -> Value:
    if type(array) is not list or not is_integer(start) or not (length is None or is_integer(length)):
        return UNDEFINED
    first = max(0, int(start) + len(array)) if start < 0 else int(start)
    return array[first:] if length is None else array[first : first + max(0, int(length))]


def _concat(*parts: Value) -> Value:
    return "".join(parts) if all(type(part) is str for part in parts) else UNDEFINED


def _length(value: str) -> int:
    """The number of UTF-16 units of a text, in which the service counts: two for a character beyond the basic plane."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2


def _units(value: str, first: int, last: int) -> str:
    """The UTF-16 units of a text from `first` to `last`; half a pair, which JSON cannot say, is U+FFFD."""
    if value.isascii():
        return value[first:last]
    return value.encode("utf-16-le")[2 * first : 2 * last].decode("utf-16-le", "replace")


def _substring(value: Value, start: Value, length: Value) -> Value:
    if type(value) is not str or not is_integer(start) or not is_integer(length):
        return UNDEFINED
    first = max(0, int(start))
    return _units(value, first, first + max(0, int(length)))


def _left(value: Value, length: Value) -> Value:
    return _substring(value, 0, length)


def _right(value: Value, length: Value) -> Value:
    if type(value) is not str or not is_integer(length):
        return UNDEFINED
    end = _length(value)
    return _units(value, end - min(end, max(0, int(length))), end)


def _index_of(value: Value, wanted: Value, start: Value = 0) -> Value:
    if type(value) is not str or type(wanted) is not str or not is_integer(start):
        return UNDEFINED
    first = max(0, int(start))
    if value.isascii():
        return value.find(wanted, first)
    place = value.find(wanted, len(_units(value, 0, first)))
    return place if place < 0 else _length(value[:place])


def _trimmed(strip: Callable[..., str]) -> Function:
    """TRIM and its kin: whitespace, or the characters of a second string."""

    def apply(value: Value, characters: Value = None) -> Value:
        if type(value) is not str or type(characters) not in (str, type(None)):
            return UNDEFINED
        return strip(value, characters)

    return Function(range(1, 3), apply)


def _replace(value: Value, wanted: Value, other: Value) -> Value:
    texts = type(value) is str and type(wanted) is str and type(other) is str
    if not texts or not wanted or (other and value.count(wanted) * len(other) > MAX_TEXT):
        return UNDEFINED
    return value.replace(wanted, other)


def _power(value: Value, exponent: Value) -> Value:
    if type(value) not in (int, float) or type(exponent) not in (int, float):
        return UNDEFINED
    try:
        return number(math.pow(value, exponent))
    except (ValueError, OverflowError):
        return UNDEFINED


def _array_concat(*arrays: Value) -> Value:
    if not all(type(array) is list for array in arrays):
        return UNDEFINED
    return [item for array in arrays for item in array]


def _array_contains_any(array: Value, *wanted: Value) -> Value:
    if type(array) is not list:
        return UNDEFINED
    return any(same(item, each) for each in wanted for item in array if each is not UNDEFINED)


def _array_contains_all(array: Value, *wanted: Value) -> Value:
    if type(array) is not list:
        return UNDEFINED
    return all(each is not UNDEFINED and any(same(item, each) for item in array) for each in wanted)


def _to_string(value: Value) -> Value:
    if value is UNDEFINED or type(value) is str:
        return value
    return msgspec.json.encode(_as_doubles(value)).decode()


def _as_doubles(value: Value) -> Value:
    """The value with whole doubles written without a point: to the service 1.0 and 1 are one number."""
    if type(value) is list:
        return [_as_doubles(member) for member in value]
    if type(value) is dict:
        return {name: _as_doubles(member) for name, member in value.items()}
    return number(value) if type(value) is float else value


def _away_from_zero(value: float) -> float:
    size = abs(value)
    whole = math.floor(size)
    # Not floor(size + 0.5): below one half the sum of the two can be rounded to one.
    return math.copysign(whole + (size - whole >= 0.5), value)


FUNCTIONS: dict[str, Function] = {
    "IS_DEFINED": Function(range(1, 2), lambda value: value is not UNDEFINED),
    "IS_NULL": Function(range(1, 2), lambda value: value is None),
    "IS_BOOL": _type_test(bool),
    "IS_NUMBER": _type_test(int, float),
    "IS_INTEGER": Function(range(1, 2), is_integer),
    "IS_STRING": _type_test(str),
    "IS_ARRAY": _type_test(list),
    "IS_OBJECT": _type_test(dict),
    "IS_PRIMITIVE": _type_test(type(None), bool, int, float, str),
    "CONTAINS": _string_test(lambda value, part: part in value),
    "STARTSWITH": _string_test(str.startswith),
    "ENDSWITH": _string_test(str.endswith),
    "STRINGEQUALS": _string_test(lambda value, other: value == other),
    "LOWER": _of_string(str.lower),
    "UPPER": _of_string(str.upper),
    "LENGTH": _of_string(_length),
    "TRIM": _trimmed(str.strip),
    "LTRIM": _trimmed(str.lstrip),
    "RTRIM": _trimmed(str.rstrip),
    "REPLACE": Function(range(3, 4), _replace),
    "REVERSE": _of_string(lambda value: value[::-1]),
    "LEFT": Function(range(2, 3), _left),
    "RIGHT": Function(range(2, 3), _right),
    "SUBSTRING": Function(range(3, 4), _substring),
    "INDEX_OF": Function(range(2, 4), _index_of),
    "CONCAT": Function(range(2, 101), _concat),
    "TOSTRING": Function(range(1, 2), _to_string),
    "ABS": _of_number(abs),
    "CEILING": _of_number(math.ceil),
    "FLOOR": _of_number(math.floor),
    "ROUND": _of_number(_away_from_zero),
    "TRUNC": _of_number(math.trunc),
    "POWER": Function(range(2, 3), _power),
    "SQUARE": _of_number(lambda value: float(value) * value),
    "SQRT": _of_number(lambda value: math.sqrt(value) if value >= 0 else math.nan),
    "SIGN": _of_number(lambda value: (value > 0) - (value < 0)),
    "ARRAY_CONTAINS": Function(range(2, 4), _array_contains),
    "ARRAY_CONTAINS_ANY": Function(range(2, 101), _array_contains_any),
    "ARRAY_CONTAINS_ALL": Function(range(2, 101), _array_contains_all),
    "ARRAY_CONCAT": Function(range(2, 101), _array_concat),
    "ARRAY_LENGTH": Function(range(1, 2), _array_length),
    "ARRAY_SLICE": Function(range(2, 4), _array_slice),
}
