"""The depth of JSON values, which a producer chooses."""

from typing import Any, cast

MAX_DEPTH = 128
"""Levels of objects and arrays within one another that Cosmos takes (Azure Cosmos DB service quotas)."""


def depth(value: Any) -> int:
    """The levels of objects and arrays in a value, itself included; 0 for a number or a text. It does not recurse."""
    levels, containers = 0, _containers([value])
    while containers:
        levels += 1
        containers = _containers([inner for container in containers for inner in _values(container)])
    return levels


def _containers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _values(container: Any) -> list[Any]:
    return list(cast(dict[str, Any], container).values()) if isinstance(container, dict) else container
