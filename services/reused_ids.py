"""Ids under which contents arrived at more than one store: seldom any, so they are asked for many windows at once."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec

from fraud.archive import ARCHIVE_FIELD
from fraud.events import StoreKey
from fraud.slices import slices
from services import cosmos
from services.clients import CachedClient
from services.cosmos_lists import listed
from services.gathering import Gathering

ID_FIELDS = ("id", f"{ARCHIVE_FIELD}.event_id")
"""Where the archive has the id of an event: in the first content under it, and in a further one."""

IDS = 500
"""Ids in one query: all of a chunk."""
MOST_ROWS = 2_000
"""Documents that are looked at to tell if ids are reused. Where there are more, all that were asked for count so."""

_Asked = tuple[list[str], StoreKey]


async def reused_elsewhere(ids: list[str], store: StoreKey) -> list[str]:
    """Those of a store's ids under which something may be archived at another store, in order; none of them is missing.

    Raises what Cosmos raised.
    """
    return await (await _reused.get()).ask((ids, store))


async def _find(asked: Sequence[_Asked]) -> list[list[str]]:
    stores: defaultdict[str, set[bytes]] = defaultdict(set)
    crowded: set[str] = set()
    for part in slices(list(dict.fromkeys(event_id for ids, _ in asked for event_id in ids)), IDS):
        for field in ID_FIELDS:
            if not await _read_stores(field, part, stores):
                crowded.update(part)
    return [
        [event_id for event_id in ids if event_id in crowded or stores[event_id] - {msgspec.json.encode(store)}]
        for ids, store in asked
    ]


async def _read_stores(field: str, ids: Sequence[str], stores: defaultdict[str, set[bytes]]) -> bool:
    """Note the stores of the contents under ids, as JSON; False if there are too many of them."""
    archive, rows = await cosmos.events(), 0
    asked = listed(ids, "i")
    query = f"SELECT c.{field} AS event_id, c.store_id FROM c WHERE c.{field} IN ({asked.names})"
    async for row in archive.query_items(query, parameters=asked.parameters, max_item_count=MOST_ROWS):
        stores[row["event_id"]].add(msgspec.json.encode(row.get("store_id")))
        rows += 1
        if rows > MOST_ROWS:
            return False
    return True


async def _open(_: AsyncExitStack) -> Gathering[_Asked, list[str]]:
    return Gathering(_find, size=lambda asked: len(asked[0]), most=IDS)


_reused = CachedClient(_open)
