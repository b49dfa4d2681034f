"""Reconciling: the scan, ids a second through the comparison, verdicts judged again, and an archive end to end.

The comparison's peers are what one writes first, Python sets of 16-byte ids, and what an expert writes, a group_by of
polars over all archives. Each runs in a process of its own, so that its peak of memory is its alone.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable

import numpy as np

from benchmarks import archive_scale, capture_scan, verdict_reading
from benchmarks.rows import Row, against
from reconciliation.comparing.compare import Scope, compare
from reconciliation.plan import BUCKET_IDS
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.rows import ROW, Flag, Kind, Rows

IDS = 10_000_000
SOURCES = (Kind.CAPTURED, Kind.SUSPICIOUS, Kind.VERDICT, Kind.DOCUMENT)

Measured = tuple[float, float]
"""A rate a CPU second, and the peak of memory of the process in MB."""


def measure() -> list[Row]:
    """Scan archives of each kind, compare ids of four sources, judge verdicts again, reconcile from Blob storage."""
    ours = _apart(_compare, IDS)
    peers = {
        "Python sets of 16 bytes": _apart(_compare_with_sets, IDS),
        "polars, group_by": _apart(_compare_with_polars, IDS),
    }
    rate, memory = f"compare {IDS:,} ids of 4 archives", "compare ids: peak of memory, less is better"
    return [
        *capture_scan.measure(),
        *(against(rate, "ids/s of CPU", ours[0], peer[0], name) for name, peer in peers.items()),
        *(against(memory, "MB", ours[1], peer[1], name) for name, peer in peers.items()),
        *verdict_reading.measure(),
        *archive_scale.measure(),
    ]


def _keys(seed: int, count: int) -> Rows:
    return np.random.default_rng(seed).integers(0, 2**63, (count, 2), dtype=np.uint64)


def _compare(count: int) -> float:
    """Bucket by bucket, as the workflow does. Scans have sorted the rows into buckets, and their rate includes it."""
    seconds = 0.0
    for bucket in range(count // BUCKET_IDS):
        rows = _bucket(bucket)
        started = time.process_time()
        accounts = compare(rows, {}, RunKeys(b"bench"), Scope(100, 111, ("0",))).accounts
        seconds += time.process_time() - started
        assert accounts.matched == BUCKET_IDS
    return count / seconds


def _bucket(number: int) -> Rows:
    keys = _keys(number, BUCKET_IDS)
    rows = np.zeros(BUCKET_IDS * len(SOURCES), ROW)
    for place, kind in enumerate(SOURCES):
        bucket = rows[place * BUCKET_IDS :][:BUCKET_IDS]
        order = np.random.default_rng(kind).permutation(BUCKET_IDS)
        bucket["upper"], bucket["lower"], bucket["kind"] = keys[order, 0], keys[order, 1], kind
        bucket["window"], bucket["store"], bucket["flags"] = 100 + order % 12, order % 10, Flag.FLAGGED
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


def _compare_with_polars(count: int) -> float:
    """All archives in one table: the sources of each id as bits, and the ids that not all have."""
    import polars as pl  # noqa: PLC0415 - its number of threads is set before

    keys = _keys(0, count)
    orders = [np.random.default_rng(kind).permutation(count) for kind in SOURCES]
    tables = [
        pl.DataFrame({"upper": keys[order, 0], "lower": keys[order, 1]}).with_columns(
            source=pl.lit(1 << place, pl.UInt8)
        )
        for place, order in enumerate(orders)
    ]
    started = time.process_time()
    seen = pl.concat(tables).lazy().group_by("upper", "lower").agg(pl.col("source").sum())
    differing = seen.filter(pl.col("source") != (1 << len(SOURCES)) - 1).select(pl.len()).collect().item()
    assert differing == 0
    return count / (time.process_time() - started)


def _apart(work: Callable[[int], float], count: int) -> Measured:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, count))


def _measured(work: Callable[[int], float], count: int) -> Measured:
    os.environ["POLARS_MAX_THREADS"] = "1"
    return work(count), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
