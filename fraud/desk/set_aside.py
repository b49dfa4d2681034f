"""The orders to process again what was set aside: dead letters are handed over, quarantined bodies corrected."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.desk.problems import bad_request
from fraud.desk.queries import Path
from fraud.desk.review import Why

MAX_REDRIVEN = 100
"""Dead letters that one order takes; another takes those that are left."""
MAX_BODY = 48 * 1024
"""Characters of a corrected body."""

SequenceNumber = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class RedriveOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dead letters by their sequence numbers, or all up to one that was seen: later ones are not included."""

    why: Why
    sequence_numbers: Annotated[tuple[SequenceNumber, ...], Meta(max_length=MAX_REDRIVEN)] = ()
    up_to: SequenceNumber | None = None

    @property
    def subject(self) -> str:
        """The letters in words, for the journal."""
        if self.up_to is not None:
            return f"dead letters up to {self.up_to}"
        return f"dead letters {', '.join(map(str, self.sequence_numbers))}"

    def check(self) -> None:
        """Raise ProblemError (400) unless it names letters in one of the two ways."""
        if bool(self.sequence_numbers) == (self.up_to is not None):
            raise bad_request("sequence_numbers", "name dead letters by sequence_numbers, or all of them by up_to")

    def means(self, sequence_number: int) -> bool:
        """True for a letter that is to be redriven."""
        return sequence_number in self.sequence_numbers or (self.up_to is not None and sequence_number <= self.up_to)


class RefusedLetter(msgspec.Struct, frozen=True):
    """A letter that stays where it is, and why."""

    sequence_number: int
    reason: str


class Redriven(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an order.

    `letters` were handed over and are gone from the queue; of their windows, `started` begin, and `started_before` had
    begun already. `quarantined` letters hold something that is not a window. `left` are to be redriven and not taken
    yet.
    """

    letters: int
    started: int
    started_before: tuple[str, ...]
    quarantined: int
    refused: tuple[RefusedLetter, ...]
    left: int

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        parts = [
            f"{self.letters} handed over, {self.started} {'analysis' if self.started == 1 else 'analyses'} started"
        ]
        if self.started_before:
            parts.append(f"{len(self.started_before)} had been started before")
        if self.quarantined:
            holds = "holds" if self.quarantined == 1 else "hold"
            parts.append(f"{self.quarantined} {holds} something that is not a window, which is in quarantine")
        if self.refused:
            parts.append(f"{len(self.refused)} refused: {self.refused[0].reason}")
        if self.left:
            parts.append(f"{self.left} {'is' if self.left == 1 else 'are'} left: redrive again")
        return "; ".join(parts)


class Resubmission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record of quarantine, and its body as somebody has corrected it."""

    path: Path
    body: Annotated[str, Meta(min_length=1, max_length=MAX_BODY)]
    why: Why


class Resubmitted(msgspec.Struct, frozen=True, kw_only=True):
    """The destination of a corrected body: the id of an event and its partition, or the windows that were started.

    The record of quarantine stays: it tells what arrived.
    """

    event_id: str | None = None
    partition: str | None = None
    windows: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.event_id is not None:
            return f"event {self.event_id[:200]} sent to partition {self.partition}"
        return f"analysis of {', '.join(self.windows)}"
