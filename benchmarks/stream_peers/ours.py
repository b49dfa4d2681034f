"""Our engine, as the job runs it: the project's own query, compiled from its text, with both of its outputs."""

from pathlib import Path

from benchmarks.stream_peers.batches import EPOCH, FAR_FUTURE, PARTITIONS, Batch, Result
from local_azure.stream_analytics.engine.clockwork import TimePolicy
from local_azure.stream_analytics.engine.query import OutputRow, RunningQuery
from local_azure.stream_analytics.engine.times import ticks_of
from local_azure.stream_analytics.language.checker import ENQUEUED_TIME, check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.units import TICKS_PER_MICROSECOND, TICKS_PER_MINUTE

QUERY = Path(__file__).parents[2] / "stream_analytics" / "suspicious-windows.asaql"
ORIGIN = ticks_of(EPOCH)
TOLERANCE = 4 * TICKS_PER_MINUTE


def run(batches: list[Batch]) -> Result:
    """On arrival time, as the project runs."""
    return _run(batches, QUERY.read_text(), None)


def run_on_event_time(batches: list[Batch]) -> Result:
    """The same query with TIMESTAMP BY a field, and late and out-of-order events adjusted."""
    text = QUERY.read_text().replace(f"TIMESTAMP BY {ENQUEUED_TIME}", "TIMESTAMP BY ts")
    return _run(batches, text, TimePolicy(TOLERANCE, TOLERANCE))


def _run(batches: list[Batch], text: str, policy: TimePolicy | None) -> Result:
    query = RunningQuery(check(parse(text)), policy)
    result: Result = {}
    for partition in range(PARTITIONS):
        query.add_partition("events", partition)
    for batch in batches:
        query.feed("events", batch.partition, batch.bodies, [_ticks(arrival) for arrival in batch.arrivals])
        _take(query.take_rows(), result)
    for partition in range(PARTITIONS):
        query.caught_up("events", partition, _ticks(FAR_FUTURE))
    _take(query.take_rows(), result)
    return result


def _ticks(microseconds: int) -> int:
    return ORIGIN + microseconds * TICKS_PER_MICROSECOND


def _take(rows: list[OutputRow], result: Result) -> None:
    for row in rows:
        if row.output == "suspicious-windows":
            end = (row.time - ORIGIN) // TICKS_PER_MICROSECOND
            result[row.row["store_id"], end] = len(row.row["ids"])
