"""Writes an archive as Capture would after a hub took 10,000 events a second, and what must have come of it."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from multiprocessing import get_context
from typing import NamedTuple

import msgspec
from azure.storage.blob import BlobServiceClient
from isal import isal_zlib

from fraud.analysis import alert_path
from fraud.generation import GeneratedEvent, generate_events
from fraud.judging import judged
from fraud.slices import slices
from fraud.suspicion import is_suspicious
from fraud.verdicts import Verdict, verdicts_path
from fraud.windows import WINDOW, SuspiciousWindow, Window, unique_ids
from local_azure.event_hubs.capture.container import long
from reconciliation.ranges import milliseconds, window_end, window_number
from reconciliation.reading.alerts import alert_due
from reconciliation.reading.cases import case_from
from services import names
from tests.reconciliation.capture_writer import schema

START = datetime(2026, 1, 2, 10, tzinfo=UTC)
EVENTS_PER_SECOND = 10_000
PARTITIONS = 4
BLOB_SECONDS = 60
IDS_OF_A_MESSAGE = 5_000
_BLOCK_RECORDS = 500
_TEMPLATES = 4_000
_SYNC = b"0123456789abcdef"
_KEY = b"\x26x-opt-enqueued-time\x00"

Flagged = dict[tuple[int, int | None], list[tuple[str, int, int]]]
"""Ids by window number and store, each with its partition and the number of the template of its event."""


class Slice(NamedTuple):
    """One blob to write: `seconds` of a partition from second `first` on."""

    connection: str
    codec: str
    partition: int
    first: int
    seconds: int


def write_archive(connection: str, events: int, codec: str, say: Callable[[str], None]) -> tuple[datetime, datetime]:
    """Write an archive with its outcomes into an empty account; gives the range (start, end] that holds them all."""
    seconds = -(-events // EVENTS_PER_SECOND)
    slices = [
        Slice(connection, codec, partition, first, min(BLOB_SECONDS, seconds - first))
        for first in range(0, seconds, BLOB_SECONDS)
        for partition in range(PARTITIONS)
    ]
    end = START + -(-seconds // int(WINDOW.total_seconds())) * WINDOW
    flagged: defaultdict[tuple[int, int | None], list[tuple[str, int, int]]] = defaultdict(list)
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, of_slice in enumerate(pool.imap_unordered(_write, slices), 1):
            for cell, ids in of_slice.items():
                flagged[cell] += ids
            if done % 20 == 0:
                say(f"{done} of {len(slices)} blobs written")
    with BlobServiceClient.from_connection_string(connection) as account:
        for partition in range(PARTITIONS):
            for moment in (START, end + timedelta(seconds=BLOB_SECONDS)):
                account.get_blob_client(names.ALL_EVENTS, _path(partition, moment)).upload_blob(_header(codec))
        _write_outcomes(account, flagged)
    return START, end


def _write_outcomes(account: BlobServiceClient, flagged: Flagged) -> None:
    """A row of the stream job for each store's window, and its verdicts as the windows of some messages have them."""
    for window in sorted({window for window, _ in flagged}):
        end = window_end(window)
        rows = [(store, ids) for (number, store), ids in flagged.items() if number == window]
        span = {"WindowStart": f"{end - WINDOW:%Y-%m-%dT%H:%M:%SZ}", "WindowEnd": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        suspicious = "\n".join(
            json.dumps({"store_id": store, "ids": [event_id for event_id, _, _ in ids], **span}) for store, ids in rows
        )
        reported = account.get_blob_client(names.SUSPICIOUS_EVENTS, f"{end:%Y/%m/%d/%H}/{window}.json")
        reported.upload_blob(suspicious.encode())
        for store, ids in rows:
            for of_message in slices(ids, IDS_OF_A_MESSAGE):
                _write_verdicts(account, Window(end - WINDOW, end), store, of_message)


def _write_verdicts(
    account: BlobServiceClient, window: Window, store: int | None, ids: Sequence[tuple[str, int, int]]
) -> None:
    named = SuspiciousWindow(store, unique_ids(event_id for event_id, _, _ in ids), window)
    path = verdicts_path(named.name, window.end)
    verdicts = "\n".join(
        event_id.join(_verdict(window, store, partition, template)) for event_id, partition, template in sorted(ids)
    )
    account.get_blob_client(names.FRAUD_EVENTS, path).upload_blob(verdicts.encode())
    _write_alert(account, path, verdicts)


def _write_alert(account: BlobServiceClient, path: str, lines: str) -> None:
    """The fraud team was told of the verdicts at this path, if one of them is high."""
    read = msgspec.json.Decoder(Verdict)
    verdicts = [msgspec.structs.replace(read.decode(line), event=None) for line in lines.splitlines()]
    if alert := alert_due(case_from(path, verdicts), verdicts):
        told = alert_path(alert.window_end, alert.alert_name)
        account.get_blob_client(names.REPORTS, told).upload_blob(msgspec.json.encode(alert))


@cache
def _templates(partition: int) -> list[GeneratedEvent]:
    return list(generate_events("archive", partition, _TEMPLATES, 0.02, "2026-01-02T10:00:00Z"))


@lru_cache(maxsize=PARTITIONS * _TEMPLATES)
def _verdict(window: Window, store: int | None, partition: int, template: int) -> list[str]:
    """The verdict on the events of a template, between their ids."""
    event = _templates(partition)[template]
    verdict = judged(msgspec.to_builtins(event), store, window, None)
    return msgspec.json.encode(verdict).decode().split(event.id)


def _path(partition: int, triggered: datetime) -> str:
    return f"namespace/{names.EVENT_HUB}/{partition}/{triggered:%Y/%m/%d/%H/%M/%S}.avro"


def _header(codec: str) -> bytes:
    metadata = {b"avro.schema": json.dumps(schema()).encode(), b"avro.codec": codec.encode()}
    pairs = b"".join(_text(key) + _text(value) for key, value in metadata.items())
    return b"Obj\x01" + long(len(metadata)) + pairs + b"\0" + _SYNC


def _write(part: Slice) -> Flagged:
    flagged: defaultdict[tuple[int, int | None], list[tuple[str, int, int]]] = defaultdict(list)
    blocks = [_header(part.codec)]
    waiting: list[bytes] = []
    for record in [*_records(part, flagged), None]:
        if record is not None:
            waiting.append(record)
        if waiting and (record is None or len(waiting) == _BLOCK_RECORDS):
            data = b"".join(waiting)
            packed = isal_zlib.compress(data, 2, -15) if part.codec == "deflate" else data
            blocks += [long(len(waiting)), long(len(packed)), packed, _SYNC]
            waiting.clear()
    path = _path(part.partition, START + timedelta(seconds=part.first + part.seconds))
    with BlobServiceClient.from_connection_string(part.connection, max_single_put_size=2**28) as account:
        account.get_blob_client(names.ALL_EVENTS, path).upload_blob(b"".join(blocks))
    return dict(flagged)


def _records(part: Slice, flagged: Flagged) -> Iterator[bytes]:
    events = _templates(part.partition)
    suspicious = [is_suspicious(e.event_type, e.discount, e.priority_shipping) for e in events]
    stores = [e.store_id if isinstance(e.store_id, int) else None for e in events]
    bodies = [msgspec.json.encode(e).split(e.id.encode()) for e in events]
    rate = EVENTS_PER_SECOND // PARTITIONS
    start = milliseconds(START)
    for second in range(part.first, part.first + part.seconds):
        moment = START + timedelta(seconds=second)
        text = _text(f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}".encode())
        for i in range(rate):
            number = second * rate + i
            # The first event arrives a millisecond after the range's start, which is not in the range.
            exact = start + 1 + number * 1000 // rate
            digits = os.urandom(16).hex()
            identifier = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
            which = number % _TEMPLATES
            if suspicious[which]:
                flagged.setdefault((window_number(exact), stores[which]), []).append(
                    (identifier, part.partition, which)
                )
            body = identifier.encode().join(bodies[which])
            head = (long(number), _text(b"%d" % (number * 500)), text, b"\x02", _KEY, long(exact), b"\0\0\x02")
            yield b"".join((*head, _text(body)))


def _text(content: bytes) -> bytes:
    return long(len(content)) + content
