"""Lists of values in queries to Cosmos."""

from collections.abc import Iterable
from typing import NamedTuple


class ListedValues(NamedTuple):
    """Values for an IN of a query: the names of their parameters, and these."""

    names: str
    parameters: list[dict[str, object]]


def listed(values: Iterable[object], letter: str) -> ListedValues:
    """Values as parameters whose names begin with a letter of their own."""
    parameters: list[dict[str, object]] = [
        {"name": f"@{letter}{number}", "value": value} for number, value in enumerate(values)
    ]
    return ListedValues(", ".join([str(parameter["name"]) for parameter in parameters]), parameters)
