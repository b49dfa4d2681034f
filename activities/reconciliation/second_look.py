"""A second look at events that no document was found for, before they are called absent."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.run_files import REQUESTS
from fraud.events import UNKNOWN_STORE, StoreKey
from fraud.slices import slices
from fraud.windows import WINDOW
from reconciliation.comparing.differences import Difference
from services import cosmos, names
from services.blobs import warehouse
from services.concurrency import together

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
    searches = (
        _not_in_cosmos(store, asked)
        for store, of_store in stores.items()
        for asked in slices(of_store, cosmos.MAX_READ_ITEMS)
    )
    return [one for absent in await together(searches, at_once=REQUESTS) for one in absent]


async def _not_in_cosmos(store: StoreKey, asked: Sequence[Difference]) -> list[Difference]:
    found = await cosmos.find_events((one.event_id for one in asked), store)
    return [one for one in asked if one.event_id not in found]


async def _quarantined(events: Sequence[Difference]) -> set[str]:
    """The paths of those events that lie in quarantine."""
    container = await warehouse(names.QUARANTINE)
    paths = {path for event in events for path in _places(event)}
    if len(paths) > MAX_ASKED_SINGLY:
        hours = {path.rpartition("/")[0] for path in paths}
        by_hour = await together((_listed(container, hour, paths) for hour in sorted(hours)), at_once=REQUESTS)
        return {path for listed in by_hour for path in listed}
    asked = sorted(paths)

    async def is_there(path: str) -> bool:
        return await container.get_blob_client(path).exists()

    answers = await together(map(is_there, asked), at_once=REQUESTS)
    return {path for path, exists in zip(asked, answers, strict=True) if exists}


async def _listed(container: ContainerClient, hour: str, wanted: set[str]) -> set[str]:
    return {blob.name async for blob in container.list_blobs(name_starts_with=f"{hour}/") if blob.name in wanted}


def _places(event: Difference) -> set[str]:
    """Its possible paths in quarantine, by hour of arrival: a window may begin in one hour and end on the next."""
    partition = (event.partition or "").rpartition("/")[2]
    hours = {moment.astimezone(UTC).strftime("%Y/%m/%d/%H") for moment in (event.window_end, event.window_end - WINDOW)}
    return {f"store-events/{hour}/p{partition}-{event.sequence_number}.json" for hour in hours}


def _store_key(store: str) -> StoreKey:
    if not store:
        return UNKNOWN_STORE
    return int(store) if _INTEGER.fullmatch(store) else store
