"""Scanning: events a second of CPU from Capture's files to rows.

The peers are what one writes first, a loop over fastavro with `json.loads` that keeps the flagged ids, and DuckDB with
its avro extension, which makes a table of the columns that our rows have. Ours sorts its rows into buckets besides. All
read the same files by turns, each in a process and a thread of its own; the best round of each counts. An engine that
finds other events than ours stops the benchmark.
"""

# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# DuckDB is installed apart.

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import fastavro
import msgspec

from activities.reconciliation.cores import MEMORY
from benchmarks.rows import Row, against
from fraud.generation import generate_events
from fraud.suspicion import MIN_DISCOUNT
from fraud.windows import WINDOW_MILLISECONDS
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.rows import Flag, Kind, all_rows
from reconciliation.reading.scan import Scanner
from tests.reconciliation.capture_writer import avro, record

EVENTS = 60_000
ROUNDS = 5
BLOCK_BYTES = 64_000
FILES = {"null": ("null", False), "deflate": ("deflate", False), "with properties": ("null", True)}
DUCKDB = Path(__file__).parents[1] / ".local" / "tools" / "duckdb-avro"
_CHUNK = 1024 * 1024

Found = Callable[[], tuple[int, int]]
"""Counts, when the clock has stopped, the events and those that the rule flags."""


def measure() -> list[Row]:
    """Two rows per file: beside fastavro, and beside DuckDB."""
    if not DUCKDB.exists():
        raise FileNotFoundError(f"{DUCKDB} is missing: `make bench` installs DuckDB with its avro extension there")
    rows: list[Row] = []
    # A process reads them when it starts: all engines have memory as a step's process has it.
    with patch.dict(os.environ, MEMORY), tempfile.TemporaryDirectory() as folder:
        for name, (codec, with_properties) in FILES.items():
            path = Path(folder) / "file.avro"
            path.write_bytes(_archive(codec, with_properties))
            ours, fastest, duckdb = _by_turns(str(path))
            what = f"scan Capture, {name}"
            rows.append(against(what, "events/s of CPU", ours, fastest, "fastavro + json.loads"))
            rows.append(against(what, "events/s of CPU", ours, duckdb, "DuckDB, avro extension"))
    return rows


def _archive(codec: str, with_properties: bool) -> bytes:
    events = generate_events("bench", 0, EVENTS, 0.1, "2026-01-01T00:00:00Z")
    more = {"run_id": "bench", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    return avro(
        (
            record(
                number,
                number // 2,
                msgspec.json.encode(event),
                exact=with_properties,
                **(more if with_properties else {}),
            )
            for number, event in enumerate(events)
        ),
        codec,
        BLOCK_BYTES,
    )


def _by_turns(path: str) -> list[float]:
    """The rate of each engine."""
    engines = (_ours, _fastavro, _duckdb)
    spawn = multiprocessing.get_context("spawn")
    pools = [spawn.Pool(1) for _ in engines]
    best = [float("inf")] * len(engines)
    try:
        for _ in range(ROUNDS):
            turns = [pool.apply(_timed, (engine, path)) for engine, pool in zip(engines, pools, strict=True)]
            if len({counts for _, counts in turns}) > 1:
                raise AssertionError(f"the engines found {[counts for _, counts in turns]} events and flagged ones")
            best = [min(shortest, seconds) for shortest, (seconds, _) in zip(best, turns, strict=True)]
    finally:
        for pool in pools:
            pool.terminate()
    return [EVENTS / seconds for seconds in best]


def _timed(engine: Callable[[str], Found], path: str) -> tuple[float, tuple[int, int]]:
    started = time.process_time()
    count = engine(path)
    return time.process_time() - started, count()


def _ours(path: str) -> Found:
    scanner = Scanner(0, "0", RunKeys(b"bench"))
    with Path(path).open("rb", buffering=0) as file:
        scanner.blob("file", iter(lambda: file.read(_CHUNK), b""))
    part = scanner.rows.encode(4)

    def found() -> tuple[int, int]:
        rows = all_rows(part)
        # A flagged event has a row at its place in the hub as well.
        flagged = (rows["kind"] == Kind.CAPTURED) & (rows["flags"] & Flag.FLAGGED != 0)
        return scanner.sums.records, int(flagged.sum())

    return found


def _fastavro(path: str) -> Found:
    flagged: list[str] = []
    count = 0
    with Path(path).open("rb") as file:
        for record in cast("Any", fastavro).reader(file):
            count += 1
            event = json.loads(record["Body"])
            if event["event_type"] == "sale_event" and event["priority_shipping"] and event["discount"] > MIN_DISCOUNT:
                flagged.append(event["id"])
    return lambda: (count, len(flagged))


_SHAPE = '{"id":"UUID","event_type":"VARCHAR","store_id":"BIGINT","discount":"DOUBLE","priority_shipping":"BOOLEAN"}'
_QUERY = f"""
    CREATE OR REPLACE TABLE rows AS
    SELECT event.id, sequence, -(-arrival // {WINDOW_MILLISECONDS}) AS closes, event.store_id,
        event.event_type = 'sale_event' AND event.priority_shipping AND event.discount > {MIN_DISCOUNT} AS flagged
    FROM (
        SELECT json_transform(decode(Body), '{_SHAPE}') AS event, SequenceNumber AS sequence,
            coalesce(
                union_extract(SystemProperties['x-opt-enqueued-time'], 'u0'),
                epoch_ms(strptime(EnqueuedTimeUtc, '%m/%d/%Y %I:%M:%S %p'))
            ) AS arrival
        FROM read_avro(?)
    )
"""


@cache
def _database() -> Any:
    sys.path.insert(0, str(DUCKDB))
    database = import_module("duckdb").connect()
    database.execute("SET threads = 1")
    [extension] = (DUCKDB / "duckdb_extension_avro" / "extensions").glob("*/avro.duckdb_extension")
    database.execute(f"LOAD '{extension}'")
    return database


def _duckdb(path: str) -> Found:
    database = _database()
    database.execute(_QUERY, [path])
    return lambda: database.execute("SELECT count(*), count(*) FILTER (flagged) FROM rows").fetchone()
