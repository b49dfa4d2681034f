"""Targets of the domain: bodies of events on their way to the archive, and the stream job's messages."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from fraud.analysis import WindowTask
from fraud.archive import ReceivedEvent, batches, plan_archive
from fraud.judging import archived_contents, verdicts_on
from fraud.quarantine import QuarantinedWindow, raw
from fraud.verdicts import from_ndjson, to_ndjson
from fraud.windows import parse_windows, window_of
from local_azure.testing import Chance, Fuzzed, Try
from reconciliation.reading.bodies import read_body, read_events

_NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
_FLAGGED: dict[str, Any] = {
    "id": "e", "event_type": "sale_event", "store_id": 7, "discount": 60, "priority_shipping": True, "price": 9_999.99,
    "qty": 99, "payment_method": "gift_card",
}  # fmt: skip
_WINDOW: dict[str, Any] = {
    "ids": ["a", "b"], "store_id": 7, "WindowStart": "2026-03-05T12:00:00Z", "WindowEnd": "2026-03-05T12:05:00Z",
}  # fmt: skip
_TIMES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-05T12:05:00", "2026-03-05T12:05:00+14:00", "0")
_MOST_OPERATIONS, _MOST_BYTES = 100, 2 * 1024 * 1024
_COSMOS_ID_BYTES = 1_023


def event_body(chance: Chance) -> bytes:
    """The body of an event: one that is taken, one that is nearly taken, or anything."""
    if chance.one_in(10):
        return chance.json(chance.value())
    fields = chance.altered(_FLAGGED | {"id": chance.choice("abc") if chance.one_in(2) else chance.text()})
    return chance.json([fields] if chance.one_in(15) else fields)


@contextmanager
def _archive(_: Path) -> Generator[Try]:
    def plan(chance: Chance) -> None:
        bodies = [event_body(chance) for _ in range(chance.randrange(1, 5))]
        received = [ReceivedEvent(body, "1", number, str(number), _NOON, None) for number, body in enumerate(bodies)]
        planned = plan_archive(received)
        documents = [document for of_key in planned.documents.values() for document in of_key]
        placed = {document.source.sequence_number for document in documents}
        malformed = {event.sequence_number for event in planned.malformed}
        assert not placed & malformed, "an event is both archived and quarantined"
        for key, of_key in planned.documents.items():
            ids = [document.id for document in of_key]
            assert len(set(ids)) == len(ids), "two documents share an id"
            assert sum(map(len, batches(of_key, _MOST_OPERATIONS, _MOST_BYTES))) == len(of_key)
            assert len(key.encode()) < _COSMOS_ID_BYTES
        for document in documents:
            assert len(document.id.encode()) <= _COSMOS_ID_BYTES
            content = msgspec.json.decode(msgspec.json.encode(document.content))
            read = read_body(document.source.body).event
            assert read is not None, "archived, and malformed to the reconciliation"
            assert read.id == document.event_id
            contents = archived_contents([content], read.store_id)
            (verdict,) = verdicts_on(document.event_id, contents, read.store_id, window_of(_NOON))
            assert from_ndjson(to_ndjson([verdict])) == [verdict]
            assert (verdict.band != "unresolved") == read.flagged, "the judge and the reconciliation differ"
        read_events(bodies)

    yield plan


@contextmanager
def _windows(_: Path) -> Generator[Try]:
    def parse(chance: Chance) -> None:
        rows = [_row(chance) for _ in range(chance.of(1, 1, 1, 2, 3))]
        body = chance.json(rows if len(rows) > 1 else rows[0])
        if chance.one_in(4):
            body = b"\n".join(chance.json(row) for row in rows)
        message = parse_windows(body)
        assert message.windows or message.problems, "a message says nothing"
        names = {(window.store_id, window.ids, window.window.end): window.name for window in message.windows}
        assert len(set(names.values())) == len(names), "two windows share a name"
        for window in message.windows:
            assert len(window.name) < 100
            assert window.name.isascii()
            msgspec.json.decode(msgspec.json.encode(WindowTask.of(window)), type=WindowTask)
        record = QuarantinedWindow(
            reason="; ".join(message.problems), raw_base64=raw(body), message_id=chance.text(), enqueued_time=None
        )
        msgspec.json.encode(record)
        assert record.path.isascii()

    yield parse


def _row(chance: Chance) -> Any:
    if chance.one_in(20):
        return chance.value()
    row = dict(_WINDOW)
    if chance.one_in(3):
        row["ids"] = [chance.text() if not chance.one_in(5) else chance.value(1) for _ in range(chance.randrange(5))]
    if chance.one_in(3):
        row["store_id"] = chance.of(None, "7", -3, 7.0, 2**63, chance.text())
    if chance.one_in(8):
        row[chance.of("WindowStart", "WindowEnd")] = chance.choice(_TIMES)
    return chance.altered(row) if chance.one_in(3) else row


TARGETS = (Fuzzed("archive-plan", _archive), Fuzzed("window-messages", _windows))
