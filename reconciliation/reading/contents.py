"""Digests of contents, to tell whether Cosmos holds the events as they were captured.

A digest is that of the fields that the producer sent, in a fixed order, so neither their order nor the way a number is
written matters; what the archive adds is left out. It stands in the row's column `sequence`.
"""

from hashlib import blake2b
from typing import Any

import msgspec

from fraud.archive import event_id_of, original_event
from reconciliation.capture.records import Records, begin_of
from reconciliation.ranges import window_number
from reconciliation.reading.rows import NO_STORE, Kind, RowWriter

_EXACT = 2**53


def _number(text: str) -> float:
    """20.0 and 20 are one number, as they are to Cosmos."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=_number)
_encoder = msgspec.json.Encoder(order="deterministic")


def add_captured(contents: RowWriter, records: Records) -> None:
    """Add the digests of captured bodies; a body that is not an event has none."""
    ids: list[str] = []
    windows: list[int] = []
    digests: list[int] = []
    for enqueued, body in zip(records.enqueued, records.bodies, strict=True):
        try:
            content = _decoder.decode(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, OverflowError):
            continue
        if isinstance(content.get("id"), str):
            ids.append(content["id"])
            windows.append(window_number(begin_of(enqueued)))
            digests.append(_digest(content))
    contents.add(Kind.CAPTURED, ids, windows, NO_STORE, sequences=digests)


def add_documents(contents: RowWriter, documents: list[dict[str, Any]], windows: list[int]) -> None:
    """Add the digests of what documents hold of their events."""
    digests = [_digest(_decoder.decode(msgspec.json.encode(original_event(one)[0]))) for one in documents]
    contents.add(Kind.DOCUMENT, [event_id_of(one) for one in documents], windows, NO_STORE, sequences=digests)


def _digest(content: dict[str, Any]) -> int:
    if content.get("store_id") is None:
        content.pop("store_id", None)  # the archive holds both as a missing store
    return int.from_bytes(blake2b(_encoder.encode(content), digest_size=8).digest(), "little", signed=True)
