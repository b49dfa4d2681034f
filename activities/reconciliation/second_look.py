"""A second look at events that no document was found for, before they are called absent."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.run_files import in_flight
from fraud.events import UNKNOWN_STORE, StoreKey
from fraud.reconciliation.differences import Difference
from fraud.windows import WINDOW
from services import cosmos, names
from services.blobs import warehouse

MAX_LOOKED_UP = 10_000
"""Of one bucket. When more are absent, Cosmos lacks whole spans and asking for each tells nothing more."""
_INTEGER = re.compile(r"-?\d+")


async def still_absent(candidates: Sequence[Difference]) -> tuple[list[Difference], int]:
    """Those that are neither in Cosmos (under whatever time) nor in quarantine, and how many are in quarantine.

    The archiver quarantines well-formed events too: those that are too large, or have fields that the archive reserves.
    """
    if not candidates or len(candidates) > MAX_LOOKED_UP:
        return list(candidates), 0
    stores: defaultdict[StoreKey, list[Difference]] = defaultdict(list)
    for candidate in candidates:
        stores[_store_key(candidate.store)].append(candidate)
    container = await cosmos.events()
    absent: list[Difference] = []
    for store, some in stores.items():
        for start in range(0, len(some), cosmos.MAX_READ_ITEMS):
            asked = some[start : start + cosmos.MAX_READ_ITEMS]
            found = {item["id"] for item in await container.read_items([(one.event_id, store) for one in asked])}
            absent += [one for one in asked if one.event_id not in found]
    quarantine = await warehouse(names.QUARANTINE)
    quarantined = await in_flight(lambda one: _is_quarantined(quarantine, one), absent)
    left = [one for one, there in zip(absent, quarantined, strict=True) if not there]
    return left, len(absent) - len(left)


async def _is_quarantined(container: ContainerClient, event: Difference) -> bool:
    """A window of five minutes may begin in one hour and end on the next; the path has the hour of arrival."""
    partition = (event.partition or "").rpartition("/")[2]
    hours = {moment.astimezone(UTC).strftime("%Y/%m/%d/%H") for moment in (event.window_end, event.window_end - WINDOW)}
    for hour in hours:
        path = f"store-events/{hour}/p{partition}-{event.sequence_number}.json"
        if await container.get_blob_client(path).exists():
            return True
    return False


def _store_key(store: str) -> StoreKey:
    if not store:
        return UNKNOWN_STORE
    return int(store) if _INTEGER.fullmatch(store) else store
