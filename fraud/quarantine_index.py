"""Finding flagged events in quarantine: by their id, if a window can name it, otherwise by their place in the hub.

A small document in Cosmos leads from an id to the quarantine blobs of its flagged contents. It is found by the id
alone, because the store of a malformed event may be anything.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, cast
from zlib import crc32

import msgspec

from fraud.events import MAX_ID_LENGTH, OWN_IDS, StoreKey
from fraud.identity import BIGINT_DIGITS, KEYS_PER_STORE, has_digits
from fraud.quarantine import is_quarantined_path
from fraud.readable import is_plain_json, keepable, readable_objects
from fraud.suspicion import is_suspicious

MAX_CONTENTS = 20
"""Contents under one id that its pointer leads to; a further one is judged by its place."""
MAX_BYTES = 1024 * 1024
"""Of the bodies that a pointer leads to; two are, however large they are, so that an id that was used again is told."""
MAX_NAMED = 20
"""Events of one body that have pointers: a body of 1 MB may hold thousands, and each would cost a write."""
_SHORTEST_FLAGGED = len(b'{"event_type":"sale_event","discount":51,"priority_shipping":1}')
"""Bytes of an event that the rule holds for, at least."""
_EXACT = 2**53


class Pointer(msgspec.Struct, frozen=True):
    """The document that leads from an id to quarantine: the blob's path by the digest of the body.

    `bytes` are those of the bodies; an earlier version did not count them.
    """

    id: str
    archive_key: str
    quarantined: dict[str, str]
    bytes: int = 0

    def takes(self, size: int) -> bool:
        """True if it may lead to another body, of so many bytes."""
        number = len(self.quarantined)
        return number < 2 or (number < MAX_CONTENTS and self.bytes + size <= MAX_BYTES)

    def leading_to(self, digest: str, path: str, size: int) -> "Pointer":
        """The pointer with another body."""
        return Pointer(self.id, self.archive_key, self.quarantined | {digest: path}, self.bytes + size)


def pointed(quarantined: object) -> dict[str, str] | None:
    """The blobs by the digests of their bodies as a pointer has them; None if somebody has given it another form."""
    try:
        blobs = msgspec.convert(quarantined, dict[str, str])
    except msgspec.ValidationError:
        return None
    return blobs if all(map(is_quarantined_path, blobs.values())) else None


def flagged_events(body: bytes) -> list[dict[str, Any]]:
    """The events in a body that the stream job may flag, as far as they can be read."""
    return [keepable(event) for event in readable_objects(body, _SHORTEST_FLAGGED) if is_flagged(event)]


def is_flagged(event: dict[str, Any]) -> bool:
    """The rule holds for the event's fields, whatever their types."""
    return is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping"))


def is_nameable(event_id: object) -> bool:
    """A window's row can hold it as an id: a text as short as the stream job's query takes it, in UTF-16 too."""
    return isinstance(event_id, str) and 1 <= len(event_id.encode("utf-16-le")) // 2 <= MAX_ID_LENGTH


class Flagged(msgspec.Struct, frozen=True):
    """A body with flagged events: the ids by which windows name them, each once, at most MAX_NAMED.

    `by_place` is true if windows may not name all of them.
    """

    ids: tuple[str, ...]
    by_place: bool


def flagged_in(body: bytes) -> Flagged | None:
    """The flagged events of a body; None if it has none."""
    return flagged_among(flagged_events(body), body)


def flagged_among(events: Sequence[dict[str, Any]], body: bytes) -> Flagged | None:
    """`flagged_in` of a body whose `flagged_events` are these."""
    ids: list[object] = [event.get("id") for event in events]
    if not ids:
        return None
    nameable = tuple(dict.fromkeys(cast(str, event_id) for event_id in ids if is_nameable(event_id)))
    named_by_all = all(map(is_nameable, ids)) and len(nameable) <= MAX_NAMED and is_read_alike(body)
    return Flagged(nameable[:MAX_NAMED], by_place=not named_by_all)


def is_read_alike(body: bytes) -> bool:
    """Every reader reads the body, and the same in it.

    The stream job drops an event with a whole number beyond 64 bits ("Data types in Azure Stream Analytics").
    """
    return is_plain_json(body) and not has_digits(body, BIGINT_DIGITS)


def pointer_id(event_id: str) -> str:
    """The document id of an id's pointer. No event can take it."""
    return f"{OWN_IDS}quarantined-{sha256(event_id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def pointer_key(event_id: str) -> str:
    """The partition key of an id's pointer: never that of an event, whose store is a number or `_unknown`."""
    return f"quarantined-{crc32(event_id.encode('utf-8', 'surrogatepass')) % KEYS_PER_STORE}"


def whole_store(event: dict[str, Any]) -> int | None:
    """The event's store if every reader takes it for one: a whole number that a double holds exactly."""
    store: object = event.get("store_id")
    return store if isinstance(store, int) and not isinstance(store, bool) and abs(store) < _EXACT else None


def may_be_of(event: dict[str, Any], store_id: StoreKey | None) -> bool:
    """True if the stream job may have put the event into a window of this store.

    Something else than a whole number that a double holds exactly may be read as a store or as none.
    """
    return is_of_any_store(event) or whole_store(event) == store_id


def is_of_any_store(event: dict[str, Any]) -> bool:
    """True if there is something in the place of the event's store that readers may take for one store or another."""
    return event.get("store_id") is not None and whole_store(event) is None


def is_surely_of(event: dict[str, Any], store_id: StoreKey | None) -> bool:
    """True if every reader puts the event into a window of this store."""
    store = whole_store(event)
    return store == store_id and (store is not None or event.get("store_id") is None)
