"""Route constraints: `int`, `length(2,5)`, `regex(^a)` and the others that ASP.NET Core knows by name."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

Check = Callable[[str], bool]
_CALL = re.compile(r"(?P<name>[A-Za-z]+)(?:\((?P<arguments>.*)\))?", re.DOTALL)
_INT = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_ALPHA = re.compile(r"[A-Za-z]*")


def parse_constraint(text: str) -> Check:
    """The check behind a constraint's text. Raises ValueError if ASP.NET has no such constraint."""
    match = _CALL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a constraint")
    name, arguments = match["name"].lower(), match["arguments"]
    if name == "regex" and arguments is not None:
        pattern = re.compile(arguments, re.IGNORECASE)
        return lambda value: pattern.search(value) is not None
    if arguments is None and name in _PLAIN:
        return _PLAIN[name]
    if arguments is not None and name in {"min", "max", "range", "length", "minlength", "maxlength"}:
        return _bounds(name, [int(argument) for argument in arguments.split(",")])
    raise ValueError(f"{text!r} is not a constraint")


def _bounds(name: str, numbers: list[int]) -> Check:
    expected = {"range": (2,), "length": (1, 2)}.get(name, (1,))
    if len(numbers) not in expected:
        raise ValueError(f"{name} takes {' or '.join(map(str, expected))} numbers")
    first, last = numbers[0], numbers[-1]
    checks: dict[str, Check] = {
        "min": lambda value: _is_long(value) and int(value) >= first,
        "max": lambda value: _is_long(value) and int(value) <= first,
        "range": lambda value: _is_long(value) and first <= int(value) <= last,
        "length": lambda value: first <= len(value) <= last,
        "minlength": lambda value: len(value) >= first,
        "maxlength": lambda value: len(value) <= first,
    }
    return checks[name]


def _is_integer(value: str, bits: int) -> bool:
    return bool(_INT.fullmatch(value)) and -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)


def _is_long(value: str) -> bool:
    return _is_integer(value, 64)


def _is_guid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _is_datetime(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_PLAIN: dict[str, Check] = {
    "int": lambda value: _is_integer(value, 32),
    "long": _is_long,
    "bool": lambda value: value.lower() in {"true", "false"},
    "guid": _is_guid,
    "datetime": _is_datetime,
    "decimal": lambda value: bool(_NUMBER.fullmatch(value)),
    "double": lambda value: bool(_NUMBER.fullmatch(value)),
    "float": lambda value: bool(_NUMBER.fullmatch(value)),
    "alpha": lambda value: bool(_ALPHA.fullmatch(value)),
    "required": bool,
}
