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
from fraud.windows import WINDOW
from reconciliation.comparing.differences import Difference
from services import cosmos, names
from services.blobs import warehouse

MAX_ASKED_SINGLY = 1_000
"""Beyond, listing whole hours of the quarantine takes fewer requests than asking for each event."""
_INTEGER = re.compile(r"-?\d+")


async def still_absent(candidates: Sequence[Difference]) -> tuple[list[Difference], int]:
    """Those that are neither in Cosmos (under whatever time) nor in quarantine, and how many are in quarantine.

    The archiver quarantines events too that are well formed here: those with a field of a wrong type that
    reconciliation does not read, or that are too large, or have fields that the archive reserves.
    """
    if not candidates:
        return [], 0
    absent = await absent_from_cosmos(candidates)
    quarantined = await _quarantined(absent)
    left = [one for one in absent if not quarantined & _places(one)]
    return left, len(absent) - len(left)


async def absent_from_cosmos(candidates: Sequence[Difference]) -> list[Difference]:
    """Those whose event is not in Cosmos, under whatever time."""
    stores: defaultdict[StoreKey, list[Difference]] = defaultdict(list)
    for candidate in candidates:
        stores[_store_key(candidate.store)].append(candidate)
    chunks = [
        (store, some[start : start + cosmos.MAX_READ_ITEMS])
        for store, some in stores.items()
        for start in range(0, len(some), cosmos.MAX_READ_ITEMS)
    ]
    return [one for some in await in_flight(_not_in_cosmos, chunks) for one in some]


async def _not_in_cosmos(chunk: tuple[StoreKey, list[Difference]]) -> list[Difference]:
    store, asked = chunk
    found = {document["id"] for document in await cosmos.find_events((one.event_id for one in asked), store)}
    return [one for one in asked if one.event_id not in found]


async def _quarantined(events: Sequence[Difference]) -> set[str]:
    """The paths of those events that lie in quarantine."""
    container = await warehouse(names.QUARANTINE)
    paths = {path for event in events for path in _places(event)}
    if len(paths) > MAX_ASKED_SINGLY:
        hours = {path.rpartition("/")[0] for path in paths}
        found = await in_flight(lambda hour: _listed(container, hour, paths), sorted(hours))
        return {path for some in found for path in some}
    asked = sorted(paths)
    answers = await in_flight(lambda path: container.get_blob_client(path).exists(), asked)
    return {path for path, exists in zip(asked, answers, strict=True) if exists}


async def _listed(container: ContainerClient, hour: str, wanted: set[str]) -> set[str]:
    return {blob.name async for blob in container.list_blobs(name_starts_with=f"{hour}/") if blob.name in wanted}


def _places(event: Difference) -> set[str]:
    """Where it lies if it is in quarantine. A window may begin in one hour and end on the next; the path has the
    hour of arrival."""
    partition = (event.partition or "").rpartition("/")[2]
    hours = {moment.astimezone(UTC).strftime("%Y/%m/%d/%H") for moment in (event.window_end, event.window_end - WINDOW)}
    return {f"store-events/{hour}/p{partition}-{event.sequence_number}.json" for hour in hours}


def _store_key(store: str) -> StoreKey:
    if not store:
        return UNKNOWN_STORE
    return int(store) if _INTEGER.fullmatch(store) else store
