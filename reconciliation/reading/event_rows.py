"""Records of the archive as rows."""

import msgspec
import numpy as np

from fraud.suspicion import MIN_DISCOUNT
from fraud.windows import WINDOW_MILLISECONDS
from reconciliation.capture.records import Records, begin_of
from reconciliation.ranges import window_number
from reconciliation.reading.bodies import EventColumns, read_body, read_events
from reconciliation.reading.rows import NO_STORE, Flag, Kind, RowWriter, store_number


def place_name(partition_id: str, sequence: int) -> str:
    """The key of a malformed body: its place, marked so that it is not taken for an event's id."""
    return f"\0p{partition_id}-{sequence}"


SMALLEST_BATCH = 64


def add_records(rows: RowWriter, records: Records, stream: int, partition_id: str) -> int:
    """Add records to the rows; gives the number of flagged events without a usable id.

    Thousands at a time are cheapest. Where one of them is malformed, the halves are tried, so that only its
    neighbours pay for it.
    """
    events = read_events(records.bodies)
    if events is not None:
        _add_events(rows, records, stream, events)
        return 0
    half = len(records.bodies) // 2
    if half < SMALLEST_BATCH:
        return _add_one_by_one(rows, records, stream, partition_id)
    return sum(add_records(rows, part, stream, partition_id) for part in records.halves(half))


def _add_events(rows: RowWriter, records: Records, stream: int, events: list[EventColumns]) -> None:
    enqueued = np.asarray(records.enqueued, np.int64)
    begin = np.where(enqueued < 0, ~enqueued, enqueued)
    flags = np.where((enqueued < 0) & (begin % WINDOW_MILLISECONDS == 0), Flag.AMBIGUOUS, 0)
    # The cheap conditions of the rule come first: calling it for every event takes a tenth of the whole scan.
    flagged = [i for i, event in enumerate(events) if event.priority_shipping and event.discount > MIN_DISCOUNT]
    flags[[i for i in flagged if events[i].flagged]] |= Flag.FLAGGED
    rows.add(
        Kind.CAPTURED,
        [event.id for event in events],
        -(-begin // WINDOW_MILLISECONDS),
        np.array([NO_STORE if event.store_id is None else event.store_id for event in events], np.int64),
        flags=flags,
        sequences=np.asarray(records.sequences, np.int64),
        stream=stream,
    )


def _add_one_by_one(rows: RowWriter, records: Records, stream: int, partition_id: str) -> int:
    columns = _Columns()
    nameless = 0
    for sequence, enqueued, content in zip(*records.lists(), strict=True):
        begin = begin_of(enqueued)
        flag = Flag.AMBIGUOUS if enqueued < 0 and begin % WINDOW_MILLISECONDS == 0 else Flag(0)
        window = window_number(begin)
        body = read_body(content)
        nameless += body.nameless
        if body.event is not None:
            flag |= Flag.FLAGGED if body.event.flagged else 0
            columns.add(body.event.id, sequence, window, store_number(body.event.store_id), flag)
            continue
        columns.add(place_name(partition_id, sequence), sequence, window, NO_STORE, flag | Flag.MALFORMED)
        for event in body.embedded:
            embedded = flag | Flag.EMBEDDED | (Flag.FLAGGED if event.flagged else 0)
            columns.add(event.id, sequence, window, store_number(event.store_id), embedded)
    rows.add(
        Kind.CAPTURED,
        columns.ids,
        columns.windows,
        columns.stores,
        flags=columns.flags,
        sequences=columns.sequences,
        stream=stream,
    )
    return nameless


class _Columns(msgspec.Struct):
    ids: list[str] = []
    sequences: list[int] = []
    windows: list[int] = []
    stores: list[int] = []
    flags: list[int] = []

    def add(self, identifier: str, sequence: int, window: int, store: int, flags: int) -> None:
        self.ids.append(identifier)
        self.sequences.append(sequence)
        self.windows.append(window)
        self.stores.append(store)
        self.flags.append(flags)
