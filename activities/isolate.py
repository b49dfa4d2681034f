"""Put an event of the hub into quarantine so that it can be judged there if the stream job may flag it."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

import hashlib
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from activities.quarantine import quarantine
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import Pointer, flagged_in, pointed, pointer_id, pointer_key
from services import cosmos
from services.concurrency import LARGE, beside

_ATTEMPTS = 10
_PARTITION_FULL = (403, 1014)


class PointerChangesError(Exception):
    """Others have changed the pointer at every attempt."""


async def isolate(record: QuarantinedEvent) -> bool:
    """Quarantine an event, then write the pointers from the ids by which windows name it.

    True if it has to be judged by its place: windows cannot name what is flagged in it, or its pointers are full. Doing
    it twice changes nothing. Raises what the blob service or Cosmos raised.
    """
    await quarantine(record)
    body = record.body
    flagged = await beside(len(body) > LARGE, flagged_in, body)
    if flagged is None:
        return False
    written = [await _point(event_id, record.path, body) for event_id in flagged.ids]
    return flagged.by_place or not all(written)


async def _point(event_id: str, path: str, body: bytes) -> bool:
    """Make the pointer of an id lead to a quarantine blob; False if it leads to too many or too large ones already."""
    archive, digest = await cosmos.events(), hashlib.sha256(body).hexdigest()[:32]
    pointer = Pointer(pointer_id(event_id), pointer_key(event_id), {digest: path}, len(body))
    for _ in range(_ATTEMPTS):
        try:
            await archive.create_item(msgspec.to_builtins(pointer))
        except CosmosResourceExistsError:
            pass
        except CosmosHttpResponseError as problem:
            if (problem.status_code, problem.sub_status) == _PARTITION_FULL:
                return False
            raise
        else:
            return True
        try:
            existing: dict[str, Any] = await archive.read_item(pointer.id, partition_key=pointer.archive_key)
            before = _readable(existing)
            if before and digest in before.quarantined:
                return True
            if before and not before.takes(len(body)):
                return False
            # One that somebody has changed leads nowhere, and must not hold up the hub's partition.
            after = before.leading_to(digest, path, len(body)) if before else pointer
            await archive.replace_item(
                pointer.id,
                existing | msgspec.to_builtins(after),
                etag=existing["_etag"],
                match_condition=MatchConditions.IfNotModified,
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            continue  # changed or expired since it was read
        else:
            return True
    raise PointerChangesError(f"the pointer {pointer.id} was changed by others at each of {_ATTEMPTS} attempts")


def _readable(document: dict[str, Any]) -> Pointer | None:
    try:
        pointer = msgspec.convert(document, Pointer)
    except msgspec.ValidationError:
        return None
    return pointer if pointed(pointer.quarantined) else None
