"""The registry in which rules register themselves by name and weight."""

from collections.abc import Callable

import msgspec

from fraud.events import StoreEvent


class Evidence(msgspec.Struct, frozen=True):
    """The evidence in an event that made a rule hold, in words, with the number and the bound."""

    text: str


Judge = Callable[[StoreEvent], Evidence | None]


class Rule(msgspec.Struct, frozen=True):
    """A named judge. Its weight, in points, is added to the score of every event for which it finds evidence."""

    name: str
    weight: int
    judge: Judge


RULES: dict[str, Rule] = {}
"""Every rule by name, in the order of registration."""


def rule(name: str, weight: int) -> Callable[[Judge], Judge]:
    """Register a judge. Raises ValueError if the name is taken or the weight is not above 0."""

    def register(judge: Judge) -> Judge:
        if name in RULES:
            raise ValueError(f"two rules are named {name}")
        if weight <= 0:
            raise ValueError(f"{name}: a weight must be above 0, not {weight}")
        RULES[name] = Rule(name, weight, judge)
        return judge

    return register
