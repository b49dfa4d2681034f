"""The depth, number and size of JSON values, which a producer chooses."""

from typing import Any, cast

MAX_DEPTH = 128
"""Levels of objects and arrays within one another that Cosmos takes (Azure Cosmos DB service quotas)."""


MANY = 4_000
"""Values that are gone through where others wait: in some milliseconds."""


def has_many_values(value: Any) -> bool:
    """True if a value holds more than MANY others, on whatever level. It looks at no more than these."""
    left, waiting = MANY, _containers([value])
    while waiting:
        inner = _values(waiting.pop())
        left -= len(inner)
        if left < 0:
            return True
        waiting += _containers(inner)
    return False


def depth(value: Any) -> int:
    """The levels of objects and arrays in a value, itself included; 0 for a number or a text. It does not recurse."""
    levels, containers = 0, _containers([value])
    while containers:
        levels += 1
        containers = _containers([inner for container in containers for inner in _values(container)])
    return levels


def has_wide_number(value: Any) -> bool:
    """True if a value is or holds a whole number beyond 64 bits. It does not recurse."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, int) and not -(2**63) <= inner < 2**63:
            return True
        if isinstance(inner, dict | list):
            waiting += _values(inner)
    return False


def _containers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _values(container: Any) -> list[Any]:
    return list(cast(dict[str, Any], container).values()) if isinstance(container, dict) else container
