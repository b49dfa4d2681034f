"""The three readers of a body: the stream job's query, the archive, and the reconciliation."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from fraud.archive import ArchiveDocument, ReceivedEvent, original_event, plan_archive
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import Flagged, flagged_in, is_flagged
from fraud.suspicion import store_of
from fraud.windows import parse_windows, window_of
from local_azure.testing import Arrival, StreamQuery
from reconciliation.reading.bodies import read_body, read_events

QUERY = StreamQuery(Path(__file__).parents[2] / "stream_analytics" / "asaproj.json")


class Named(NamedTuple):
    """A flagged event as it is compared: the end of its window, its store and its id."""

    end: datetime
    store: int | None
    event_id: str


class Archived(msgspec.Struct, frozen=True):
    """The archive's plan of a delivery: the flagged events among its documents, and what goes to quarantine."""

    flagged: Counter[Named]
    documents: list[ArchiveDocument]
    malformed: list[QuarantinedEvent]


def named_by_query(arrivals: Sequence[Arrival]) -> Counter[Named]:
    """The ids in the rows of the real query, read as the window analysis reads them, each as often as it stands there.

    Raises AssertionError if a row is not a window, or the analysis leaves something out of it.
    """
    named: Counter[Named] = Counter()
    for row in QUERY.run(arrivals, partitions=4).rows:
        if row.output != "suspicious-windows":
            continue
        message = parse_windows(row.json)
        assert not message.problems, message.problems
        (window,) = message.windows
        assert window.store_id is None or isinstance(window.store_id, int)
        named.update(Named(window.window.end, window.store_id, event_id) for event_id in row.row["ids"])
    return named


def archived(arrivals: Sequence[Arrival]) -> Archived:
    """The archive's plan of the same events as one delivery."""
    received = [
        ReceivedEvent(arrival.body, str(arrival.partition), number, str(number), arrival.time, None)
        for number, arrival in enumerate(arrivals)
    ]
    plan = plan_archive(received)
    documents = [document for of_key in plan.documents.values() for document in of_key]
    flagged: Counter[Named] = Counter()
    for document in documents:
        event, _ = original_event(document.content)
        if is_flagged(event):
            end = window_of(document.source.enqueued_time).end
            flagged[Named(end, store_of(event.get("store_id")), event["id"])] += 1
    return Archived(flagged, documents, plan.malformed)


def judged_from_quarantine(body: bytes) -> Flagged | None:
    """The part of a quarantined body that is judged; None if nothing of it may be flagged."""
    return flagged_in(body)


class Expected(msgspec.Struct, frozen=True):
    """The expectation of the reconciliation: flagged events that a window can name, and the number of the others."""

    named: Counter[Named]
    nameless: int


def expected(arrivals: Sequence[Arrival]) -> Expected:
    """Each body by itself; the quick way of a whole block must say the same of it."""
    named: Counter[Named] = Counter()
    nameless = 0
    for arrival in arrivals:
        end = window_of(arrival.time).end
        body = read_body(arrival.body)
        nameless += body.nameless
        if body.event is not None and body.event.flagged:
            named[Named(end, body.event.store_id, body.event.id)] += 1
        for event in body.embedded:
            if event.flagged:
                named[Named(end, store_of(event.store_id), event.id)] += 1
        quick = read_events([arrival.body])
        assert quick is None or body.event == quick[0]
    return Expected(named, nameless)


def at(second: int, body: bytes, partition: int = 1) -> Arrival:
    """An arrival so many seconds after a window has begun."""
    return Arrival(datetime.fromtimestamp(1_772_704_800 + second, UTC), body, partition)
