"""Every rule on the contents under an id, as data: whether it holds or not, flagged or not. Pure."""

from datetime import date, datetime
from typing import Literal

import msgspec

from fraud.events import StoreKey
from fraud.rules.language import Value
from fraud.rules.rule_set import Explanation
from fraud.verdicts import Band, Source

Grounds = Literal["evidence", "event", "looked up"]
"""Where the facts come from: the evidence that the verdict names, the event alone, which is all that its set asks, or
look-ups that were made now, as of the end of the window: what the archive has lost or got since makes a difference."""


class ExplainedContent(msgspec.Struct, frozen=True, kw_only=True):
    """A content under an id, as its verdict judged it; without one, as the active set would judge it.

    `arrived` is its first arrival; the window is that of the verdict, or of the first arrival.
    """

    source: Source
    store_id: StoreKey | None
    arrived: datetime
    window_end: datetime
    flagged: bool
    case: str | None
    """The case that the verdict is of; None if nobody has judged it, if its evidence is gone, or if its window has more
    verdicts than are looked through."""
    rule_set: str
    score: int
    band: Band
    grounds: Grounds
    profile_day: date | None
    """The last day that the profiles knew; None without profiles."""
    rules: tuple[Explanation, ...]
    facts: dict[str, Value]


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Contents under an id, none if it never arrived. `complete` is false if there are more, or some cannot be read."""

    id: str
    contents: tuple[ExplainedContent, ...]
    complete: bool
