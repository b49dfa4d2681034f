"""The partition key ranges of a container: as many as its throughput asks for when it is created.

Azure serves up to 10,000 RU/s from one physical partition. Above that it starts with one for each 6,000 RU/s of manual
throughput, or for each 10,000 RU/s of autoscale, rounded up; the hashes of keys lie evenly among them.
https://learn.microsoft.com/azure/cosmos-db/scaling-provisioned-throughput-best-practices
"""

from itertools import pairwise
from typing import Protocol

import msgspec

from local_azure.cosmos.effective_key import effective_key
from local_azure.cosmos.errors import CosmosError, bad_request

LOWEST, HIGHEST = "", "FF"
_LAST_HASH = 2**126 - 1
PARTITION_KEY_RANGE_GONE = 1002


class Span(msgspec.Struct, frozen=True):
    """Effective partition keys from `low` up to but without `high`."""

    low: str = LOWEST
    high: str = HIGHEST

    @property
    def whole(self) -> bool:
        """True if every key lies within."""
        return self.low == LOWEST and self.high == HIGHEST

    def holds(self, partition: str) -> bool:
        """True if a canonical partition key lies within."""
        return self.low <= effective_key(partition) < self.high

    def within(self, other: "Span") -> "Span":
        """The keys that both have in common."""
        return Span(max(self.low, other.low), min(self.high, other.high))


WHOLE = Span()


class _Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...


class Ranges:
    """The ranges of one container, `0` to `count - 1` in the order of the hashes."""

    def __init__(self, count: int) -> None:
        step = _LAST_HASH // count
        edges = [LOWEST, *(f"{step * place:032X}" for place in range(1, count)), HIGHEST]
        self.spans = [Span(low, high) for low, high in pairwise(edges)]

    @property
    def several(self) -> bool:
        """True if the container has more than one range."""
        return len(self.spans) > 1

    def of(self, partition: str) -> int:
        """The range of a canonical partition key."""
        if len(self.spans) == 1:
            return 0
        return next(place for place, span in enumerate(self.spans) if span.holds(partition))

    def asked(self, headers: _Headers) -> tuple[int | None, Span]:
        """The range that the headers name (None if they name none) and the part of it that they ask for.

        410 with sub status 1002 for a range that the container does not have: the client reads the ranges anew.
        """
        span = Span(headers.get("x-ms-start-epk") or LOWEST, headers.get("x-ms-end-epk") or HIGHEST)
        name = headers.get("x-ms-documentdb-partitionkeyrangeid")
        if not name:
            return None, span
        text = name.rsplit(",", 1)[-1].strip()
        if not text.isdecimal() or not text.isascii() or len(text) > 6:
            raise bad_request(f"'{name[:100]}' is not the id of a partition key range.")
        place = int(text)
        if place >= len(self.spans):
            raise CosmosError(410, "Gone", f"The container has no range '{name[:100]}'.", PARTITION_KEY_RANGE_GONE)
        return place, self.spans[place].within(span)


def out_of_range() -> CosmosError:
    """410 with sub status 1002: the key lies in another range, so the client reads the ranges anew."""
    return CosmosError(410, "Gone", "The partition key lies in another range.", PARTITION_KEY_RANGE_GONE)
