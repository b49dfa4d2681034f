"""Records of the archive as rows."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.bodies.forms import BodyForms
from fraud.quarantine_index import flagged_among, flagged_events, is_read_alike, whole_store
from fraud.suspicion import MIN_DISCOUNT
from fraud.windows import WINDOW_MILLISECONDS
from reconciliation.capture.records import Records, begin_of
from reconciliation.ranges import window_number
from reconciliation.reading.bodies import EventColumns, read_body, read_events
from reconciliation.reading.findable import add_findable
from reconciliation.reading.keys import NO_CONTENT
from reconciliation.reading.rows import NO_STORE, Flag, Kind, RowWriter, store_number

SMALLEST_BATCH = 64


class _Columns(msgspec.Struct):
    """Rows of well-formed and embedded events, and beside them those of malformed bodies, one value for each."""

    ids: list[str] = []
    """Left out in the columns of places."""
    sequences: list[int] = []
    windows: list[int] = []
    stores: list[int] = []
    flags: list[int] = []
    contents: list[int] = []

    def add(
        self, identifier: str, sequence: int, window: int, *, store: int, flags: int, content: int = NO_CONTENT
    ) -> None:
        """Add a row."""
        self.ids.append(identifier)
        self.sequences.append(sequence)
        self.windows.append(window)
        self.stores.append(store)
        self.flags.append(flags)
        self.contents.append(content)


class EventRows:
    """Turns the records of one partition into rows. The contents of events that need not be flagged are left out unless
    `all_contents`: nothing but Cosmos is compared with them, and reading whole bodies takes most of a scan."""

    def __init__(self, rows: RowWriter, stream: int, partition_id: str, *, all_contents: bool) -> None:
        self._rows = rows
        self._stream = stream
        self._partition_id = partition_id
        self._all_contents = all_contents
        self._forms = BodyForms()

    def add(self, records: Records) -> None:
        """Add records to the rows.

        Thousands at a time are cheapest. Where one of them is malformed, the halves are tried, so that only its
        neighbours pay for it.
        """
        events = read_events(records.bodies)
        if events is not None:
            self._add_events(records, events)
            return
        half = len(records.bodies) // 2
        if half < SMALLEST_BATCH:
            self._add_singly(records)
            return
        for part in records.halves(half):
            self.add(part)

    def _add_events(self, records: Records, events: list[EventColumns]) -> None:
        enqueued = np.asarray(records.enqueued, np.int64)
        begin = np.where(enqueued < 0, ~enqueued, enqueued)
        flags = np.where((enqueued < 0) & (begin % WINDOW_MILLISECONDS == 0), Flag.AMBIGUOUS, 0)
        # The cheap conditions of the rule come first: calling it for every event takes a tenth of the whole scan.
        likely = [i for i, event in enumerate(events) if event.priority_shipping and event.discount > MIN_DISCOUNT]
        flagged = [i for i in likely if events[i].flagged]
        flags[flagged] |= Flag.FLAGGED
        contents, singly = self._contents(records.bodies, flagged)
        flags[[i for i in flagged if i in singly and not is_read_alike(records.bodies[i])]] |= Flag.BY_PLACE
        windows = -(-begin // WINDOW_MILLISECONDS)
        stores = np.array([NO_STORE if event.store_id is None else event.store_id for event in events], np.int64)
        sequences = np.asarray(records.sequences, np.int64)
        self._rows.add(
            Kind.CAPTURED,
            [event.id for event in events],
            windows,
            stores,
            contents=contents,
            flags=flags,
            sequences=sequences,
            stream=self._stream,
        )
        self._rows.add_places(
            Kind.PLACE,
            self._partition_id,
            sequences[flagged].tolist(),
            windows[flagged],
            stores=stores[flagged],
            contents=contents[flagged],
            flags=flags[flagged],
            stream=self._stream,
        )

    def _contents(self, bodies: Sequence[bytes], flagged: list[int]) -> tuple[NDArray[np.uint64], set[int]]:
        """The key of each content that is compared, and the bodies that were read by themselves."""
        asked = [*range(len(bodies))] if self._all_contents else flagged
        forms = self._forms.of([bodies[i] for i in asked])
        keys, contents = self._rows.keys, np.zeros(len(bodies), np.uint64)
        contents[asked] = [
            keys.of_body(bodies[i]) if form is None else keys.of_content(form)
            for i, form in zip(asked, forms, strict=True)
        ]
        return contents, {i for i, form in zip(asked, forms, strict=True) if form is None}

    def _add_singly(self, records: Records) -> None:
        columns, malformed, places, nameless = _Columns(), _Columns(), _Columns(), _Columns()
        for sequence, enqueued, content in zip(*records.lists(), strict=True):
            begin = begin_of(enqueued)
            flag = Flag.AMBIGUOUS if enqueued < 0 and begin % WINDOW_MILLISECONDS == 0 else Flag(0)
            window = window_number(begin)
            body = read_body(content)
            if body.event is not None:
                flag |= Flag.FLAGGED if body.event.flagged else 0
                if body.event.flagged and not is_read_alike(content):
                    flag |= Flag.BY_PLACE
                is_compared = self._all_contents or body.event.flagged
                key = self._rows.keys.of_body(content) if is_compared else NO_CONTENT
                store = store_number(body.event.store_id)
                columns.add(body.event.id, sequence, window, store=store, flags=flag, content=key)
                if body.event.flagged:
                    places.add("", sequence, window, store=store, flags=flag, content=key)
                continue
            key = self._rows.keys.of_raw(content)
            malformed.add("", sequence, window, store=NO_STORE, flags=flag | Flag.MALFORMED, content=key)
            if body.nameless:
                nameless.add("", sequence, window, store=body.nameless, flags=flag, content=key)
            events = flagged_events(content)
            flagged = flagged_among(events, content)
            if flagged:
                add_findable(self._rows, events, flagged.ids, window)
                flag |= Flag.BY_PLACE if flagged.by_place else 0
            for number, event in enumerate(events):
                key, store = self._rows.keys.of_event(event, number), store_number(whole_store(event))
                places.add("", sequence, window, store=store, flags=flag | Flag.FLAGGED | Flag.MALFORMED, content=key)
            for event in body.embedded:
                embedded = flag | Flag.EMBEDDED | (Flag.FLAGGED if event.flagged else 0)
                is_compared = self._all_contents or event.flagged
                key = self._rows.keys.of_body(event.body) if is_compared else NO_CONTENT
                store = store_number(event.store_id)
                columns.add(event.id, sequence, window, store=store, flags=embedded, content=key)
        self._rows.add(
            Kind.CAPTURED,
            columns.ids,
            columns.windows,
            columns.stores,
            contents=np.array(columns.contents, np.uint64),
            flags=columns.flags,
            sequences=columns.sequences,
            stream=self._stream,
        )
        for kind, bodies in ((Kind.CAPTURED, malformed), (Kind.PLACE, places), (Kind.NAMELESS, nameless)):
            self._rows.add_places(
                kind,
                self._partition_id,
                bodies.sequences,
                bodies.windows,
                stores=bodies.stores,
                contents=np.array(bodies.contents, np.uint64),
                flags=bodies.flags,
                stream=self._stream,
            )
