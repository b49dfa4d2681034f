"""Reconciling: events a second from Capture's files to rows, and ids a second through the comparison.

The peers are what one writes first: fastavro and `json.loads` in a loop, and Python sets of 16-byte ids. Both sides run
in a process of their own, so that its peak of memory is theirs alone. DuckDB reads Avro by an extension that it
downloads at run time, so it is no peer here.
"""

import io
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any, cast

import fastavro
import msgspec
import numpy as np

from benchmarks import archive_scale
from benchmarks.rows import Row, against, alone
from fraud.generation import generate_events
from fraud.reconciliation.compare import Scope, compare
from fraud.reconciliation.plan import BUCKET_IDS
from fraud.reconciliation.rows import ROW, Flag, Kind, Rows
from fraud.reconciliation.scan import Scanner
from tests.fraud.reconciliation.capture import avro, record

EVENTS = 60_000
ROUNDS = 3
IDS = 10_000_000
SOURCES = (Kind.CAPTURED, Kind.SUSPICIOUS, Kind.VERDICT, Kind.DOCUMENT)
BLOCK_BYTES = 64_000
_CHUNK = 1024 * 1024

Measured = tuple[float, float]
"""A rate a CPU second, and the peak of memory of the process in MB."""


def measure() -> list[Row]:
    """Scan archives of each kind, and compare ids from four sources."""
    rows: list[Row] = []
    for name, codec, with_properties in (
        ("null", "null", False),
        ("deflate", "deflate", False),
        ("with properties", "null", True),
    ):
        file = _archive(codec, with_properties)
        ours, theirs = _apart(_scan, file), _apart(_scan_with_fastavro, file)
        rows.append(against(f"scan Capture, {name}", "events/s of CPU", ours[0], theirs[0], "fastavro + json.loads"))
        if name == "null":
            rows.append(alone("scan Capture: peak of memory", "MB", ours[1], "at most 150 MB an activity"))
    ours, theirs = _apart(_compare, IDS), _apart(_compare_with_sets, IDS)
    rows.append(
        against(f"compare {IDS:,} ids of 4 archives", "ids/s of CPU", ours[0], theirs[0], "Python sets of 16 bytes")
    )
    rows.append(
        against("compare ids: peak of memory, less is better", "MB", ours[1], theirs[1], "Python sets of 16 bytes")
    )
    return rows + archive_scale.measure()


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


def _scan(file: bytes) -> float:
    scanner = Scanner(0, "0")
    scanner.blob("file", (file[start : start + _CHUNK] for start in range(0, len(file), _CHUNK)))
    scanner.rows.encode(4)
    return scanner.sums.records


def _scan_with_fastavro(file: bytes) -> float:
    flagged: set[str] = set()
    count = 0
    for one in cast("Any", fastavro).reader(io.BytesIO(file)):
        count += 1
        event = json.loads(one["Body"])
        if event["event_type"] == "sale_event" and event["priority_shipping"] and event["discount"] > 50:
            flagged.add(event["id"])
    return count


def _keys(seed: int, count: int) -> Rows:
    return np.random.default_rng(seed).integers(0, 2**63, (count, 2), dtype=np.uint64)


def _compare(count: int) -> float:
    """Bucket by bucket, as the workflow does. Scans have sorted the rows into buckets, and their rate includes it."""
    seconds = 0.0
    for bucket in range(count // BUCKET_IDS):
        rows = _bucket(bucket)
        started = time.process_time()
        accounts = compare(rows, {}, Scope(100, 111, ("0",))).accounts
        seconds += time.process_time() - started
        assert accounts.matched == BUCKET_IDS
    return count / seconds


def _bucket(number: int) -> Rows:
    keys = _keys(number, BUCKET_IDS)
    rows = np.zeros(BUCKET_IDS * len(SOURCES), ROW)
    for place, kind in enumerate(SOURCES):
        some = rows[place * BUCKET_IDS :][:BUCKET_IDS]
        order = np.random.default_rng(kind).permutation(BUCKET_IDS)
        some["upper"], some["lower"], some["kind"] = keys[order, 0], keys[order, 1], kind
        some["window"], some["store"], some["flags"] = 100 + order % 12, order % 10, Flag.FLAGGED
    return rows


def _compare_with_sets(count: int) -> float:
    """The archive's ids in one set, and those of one other source at a time in another."""
    keys = _keys(0, count)
    seconds = 0.0
    captured: set[bytes] = set()
    for kind in SOURCES:
        ids = keys[np.random.default_rng(kind).permutation(count)].tobytes()
        started = time.process_time()
        seen = {ids[at : at + 16] for at in range(0, len(ids), 16)}
        if kind is Kind.CAPTURED:
            captured = seen
        assert not captured ^ seen
        seconds += time.process_time() - started
    return count / seconds


def _apart(work: Callable[[Any], float], argument: Any) -> Measured:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, argument))


def _measured(work: Callable[[Any], float], argument: Any) -> Measured:
    """Work that gives a count is repeated and timed here, the best round counting; other work times itself."""
    if work not in (_scan, _scan_with_fastavro):
        return work(argument), _peak()
    best = 0.0
    for _ in range(ROUNDS):
        started = time.process_time()
        count = work(argument)
        best = max(best, count / (time.process_time() - started))
    return best, _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
