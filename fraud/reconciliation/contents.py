"""Whether Cosmos holds the events as they were captured: a digest of what the producer sent, from either side.

The digest is that of the event's fields in a fixed order, so neither their order nor the way a number is written
matters; what the archive adds is left out. It stands in the row's column `sequence`.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from fraud.archive import original_event
from fraud.reconciliation.capture_records import Records, begin_of
from fraud.reconciliation.differences import Difference
from fraud.reconciliation.grouping import Numbers
from fraud.reconciliation.keys import id_of
from fraud.reconciliation.ranges import window_end, window_number
from fraud.reconciliation.rows import NO_STORE, Kind, Rows, RowWriter, mixed, store_name

_EXACT = 2**53


def _number(text: str) -> float:
    """20.0 and 20 are one number, as they are to Cosmos."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=_number)
_encoder = msgspec.json.Encoder(order="deterministic")


def add_captured(contents: RowWriter, records: Records) -> None:
    """Add the digests of captured bodies; a body that is no event has none."""
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
    contents.add(Kind.DOCUMENT, [one["id"] for one in documents], windows, NO_STORE, sequences=digests)


def altered(contents: Rows, first_window: int, last_window: int) -> Rows:
    """One captured row for each id that arrived in these windows and whose document holds something else.

    An id that was captured with several contents is in order if its document holds one of them.
    """
    captured = contents[contents["kind"] == Kind.CAPTURED]
    documents = contents[contents["kind"] == Kind.DOCUMENT]
    # Both sides of an id hash alike only if the contents do, but for one chance in 2 ** 64.
    strange = documents[~np.isin(_key_and_digest(documents), _key_and_digest(captured))]
    inside = captured[(captured["window"] >= first_window) & (captured["window"] <= last_window)]
    found = inside[np.isin(mixed(inside), mixed(strange))]
    return found[np.unique(found[["upper", "lower"]], return_index=True)[1]]


def differences(found: Rows, rows: Rows, names: Mapping[int, str], partitions: Sequence[str]) -> list[Difference]:
    """The altered ids for the report; `rows` are those of the archive in the same bucket, `names` their odd ids."""
    result: list[Difference] = []
    for one in found:
        places = np.flatnonzero((rows["upper"] == one["upper"]) & (rows["lower"] == one["lower"])).tolist()
        place = next(n for n in places if rows["kind"][n] == Kind.CAPTURED and rows["window"][n] == one["window"])
        sighting, end = rows[place], window_end(int(one["window"]))
        result.append(
            Difference(
                end,
                next((names[n] for n in places if n in names), id_of(int(one["upper"]), int(one["lower"]))),
                where=("Cosmos", "all-events"),
                store="" if sighting["store"] == NO_STORE else store_name(int(sighting["store"])),
                expected=(end,),
                partition=partitions[int(sighting["stream"])],
                sequence_number=int(sighting["sequence"]),
                arrived=end,
            )
        )
    return result


def _key_and_digest(rows: Rows) -> Numbers:
    return mixed(rows) ^ (rows["sequence"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def _digest(content: dict[str, Any]) -> int:
    if content.get("store_id") is None:
        content.pop("store_id", None)  # the archive holds both as a missing store
    return int.from_bytes(blake2b(_encoder.encode(content), digest_size=8).digest(), "little", signed=True)
