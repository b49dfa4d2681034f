"""What a process that asks one question is given, and what it answers: one JSON object each."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from questions.bounds import Bounds

ConnectionSettings = dict[str, str]
"""The settings that lead to the archives, by their names: `Warehouse`, `Cosmos__accountEndpoint` and so on."""


class AskOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A question, its bounds, the end of the span that is looked at, and where its process ends by itself.

    `seconds` are of real time, for all of it; `process_megabytes` is the memory that the process may take.
    """

    text: str
    bounds: Bounds
    now: datetime
    connections: ConnectionSettings
    seconds: float
    process_megabytes: int
    answer_megabytes: int


class AskReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: columns and rows of JSON's types, and whether there are more; or the problem, in words."""

    columns: list[str] = []
    rows: list[list[Any]] = []
    is_cut: bool = False
    problem: str = ""
    kind: Literal["answered", "wrong", "too much", "away"] = "answered"
