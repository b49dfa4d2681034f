"""Target of the reader of Capture's files: whole and damaged files, in pieces of any size."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_azure.testing import Chance, Fuzzed, Try
from reconciliation.capture.path import parse_blob_name
from reconciliation.reading.scan import Scanner
from tests.fuzz.events import event_body
from tests.reconciliation.capture_writer import VALUES, avro, record, schema
from tests.reconciliation.rows_in_memory import KEYS

_NOON_MS = 1_772_712_000_000
_SCHEMAS = (None, None, schema([*VALUES, "null"]), schema(["string", "long"]))


@contextmanager
def _files(_: Path) -> Generator[Try]:
    def read(chance: Chance) -> None:
        records = [_record(chance, number) for number in range(chance.randrange(6))]
        codec, interval = chance.of("null", "deflate"), chance.of(1, 300, 16_000)
        data = avro(records, codec=codec, sync_interval=interval, writer=chance.choice(_SCHEMAS))
        whole = not chance.one_in(2)
        data = data if whole else chance.damaged(data)
        scanner = Scanner(0, "1", KEYS, all_contents=True)
        scanner.blob("n/h/1/2026/03/05/12/05/00.avro", _pieces(chance, data))
        sums = scanner.sums
        assert sums.records <= len(data), "more records than bytes"
        if whole:
            assert (sums.records, sums.unreadable_count) == (len(records), 0), f"{sums}"
        parse_blob_name(chance.of("n/h/1/2026/03/05/12/05/00.avro", "n/h/1/2026/13/05/12/05/00.avro") + chance.text())

    yield read


def _record(chance: Chance, number: int) -> dict[str, Any]:
    properties = {"run_id": chance.text()} if chance.one_in(3) else {}
    body = None if chance.one_in(10) else event_body(chance)
    return record(number, _NOON_MS + chance.randrange(600_000), body, exact=chance.one_in(2), **properties)


def _pieces(chance: Chance, data: bytes) -> Generator[bytes]:
    size = 1 if chance.one_in(20) else chance.of(50, 700, len(data) or 1)
    for start in range(0, len(data), size):
        yield data[start : start + size]


TARGETS = (Fuzzed("capture-files", _files),)
