"""Verdicts on what lies in quarantine as rows: at the place by which each was judged, and at the id of its event."""

import numpy as np

from fraud.evidence import Snapshot
from fraud.quarantine_index import is_nameable
from fraud.quarantine_places import EventPlace
from fraud.verdicts import Verdict
from reconciliation.reading.rows import Flag, Kind, RowWriter, store_number
from reconciliation.reading.verdicts import check_by_place


def add_verdict_by_place(rows: RowWriter, verdict: Verdict, place: EventPlace, window: int, evidence: Snapshot) -> None:
    """Add a verdict on the event at this place, judged again; `window` is the number of the window that it names."""
    checked = check_by_place(verdict, rows.keys, place.number, evidence)
    store = store_number(verdict.store_id)
    rows.add_place_verdict(
        place,
        verdict.event_id,
        window,
        store,
        content=checked.content,
        flags=Flag.DIFFERS if checked.fields else Flag(0),
        fields=checked.packed,
    )
    event, keys = verdict.event or {}, rows.keys
    event_id = event.get("id")
    if isinstance(event_id, str) and is_nameable(event_id):
        rows.add(
            Kind.JUDGED_BY_PLACE,
            [event_id],
            window,
            store,
            contents=np.array([keys.of_cut(event, verdict.cut) if verdict.cut else keys.of_event(event)], np.uint64),
            sequences=[place.sequence_number],
        )
