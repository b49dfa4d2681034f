"""The partition key ranges of a container, by their ids, learned through the SDK's public calls."""
# pyright: reportUnknownMemberType=false
# The SDK answers with untyped dictionaries.

from collections.abc import Mapping
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy

PARTITION_KEY = "x-ms-documentdb-partitionkey"
RANGE_ID = "x-ms-documentdb-partitionkeyrangeid"
_MAX_KEYS = 200_000
"""Keys whose range is remembered: the SDK computes a key's place in some 0.2 ms."""


class KeyRanges:
    """The range that each partition key lies in, as far as it was asked for."""

    def __init__(self) -> None:
        self._map = _Map()
        self._is_stale = False

    def forget(self) -> None:
        """Ask anew: a range is gone. The ranges that it was split into have other ids."""
        self._map, self._is_stale = _Map(), True

    async def id_of(self, container: ContainerProxy, key: str) -> str:
        """The id of the range of a key. Raises what Cosmos raised."""
        current = self._map
        if not current.feed_ranges:
            asked = container.read_feed_ranges(force_refresh=self._is_stale)
            current.feed_ranges, self._is_stale = [feed_range async for feed_range in asked], False
        number = await _place(container, current, key)
        if number not in current.ids:
            current.ids[number] = await _answering_range(container, key)
        return current.ids[number]


class _Map(msgspec.Struct):
    """All ranges, the ids of some by their place in that list, and the places of keys."""

    feed_ranges: list[dict[str, Any]] = []
    ids: dict[int, str] = {}
    places: dict[str, int] = {}


async def _place(container: ContainerProxy, current: _Map, key: str) -> int:
    if len(current.feed_ranges) == 1:
        return 0
    if key not in current.places:
        if len(current.places) >= _MAX_KEYS:
            current.places.clear()
        span = await container.feed_range_from_partition_key(key)
        for number, feed_range in enumerate(current.feed_ranges):
            if await container.is_feed_range_subset(feed_range, span):
                current.places[key] = number
                break
    return current.places[key]


async def _answering_range(container: ContainerProxy, key: str) -> str:
    """The range that answers for a key: every answer about documents names it, and its session token begins with it."""
    headers: dict[str, str] = {}

    def keep(answered: Mapping[str, str], _: object) -> None:
        headers.update({name.lower(): text for name, text in answered.items()})

    async for _ in container.query_items("SELECT TOP 1 VALUE 1 FROM c", partition_key=key, response_hook=keep):
        pass
    return headers.get(RANGE_ID) or headers["x-ms-session-token"].partition(":")[0]
