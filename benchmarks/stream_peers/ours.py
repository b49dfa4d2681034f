"""Our engine, as the job runs it: the project's own query, compiled from its text, with both of its outputs."""

from pathlib import Path

from benchmarks.stream_peers.batches import EPOCH, FAR_FUTURE, PARTITIONS, Batch, Result
from local_azure.stream_analytics.engine.clockwork import TimePolicy
from local_azure.stream_analytics.engine.query import OutputRow, RunningQuery
from local_azure.stream_analytics.engine.times import ticks_of
from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.units import TICKS_PER_MICROSECOND, TICKS_PER_MINUTE

QUERY = Path(__file__).parents[2] / "stream_analytics" / "suspicious-windows.asaql"
ON_EVENT_TIME = """
    WITH Suspicious AS (
        SELECT store_id, COLLECT(id) AS ids, System.Timestamp() AS WindowEnd
        FROM [events] TIMESTAMP BY ts
        WHERE [discount] > 50 AND [priority_shipping] = 1 AND [event_type] = 'sale_event'
        GROUP BY store_id, TumblingWindow(minute, 5)
    )
    SELECT store_id, ids INTO [suspicious-windows] FROM Suspicious
    SELECT store_id, ids, WindowEnd INTO [suspicious-events] FROM Suspicious
"""
ORIGIN = ticks_of(EPOCH)
TOLERANCE = 4 * TICKS_PER_MINUTE


def run(batches: list[Batch]) -> Result:
    """On arrival time, as the project runs."""
    return _run(batches, QUERY.read_text(), None)


def run_on_event_time(batches: list[Batch]) -> Result:
    """The same rule on a field of the events, late and out-of-order ones adjusted: what the peer computes too."""
    return _run(batches, ON_EVENT_TIME, TimePolicy(TOLERANCE, TOLERANCE))


def _run(batches: list[Batch], text: str, policy: TimePolicy | None) -> Result:
    query = RunningQuery(check(parse(text)), policy)
    result: Result = {}
    for partition in range(PARTITIONS):
        query.add_partition("events", partition)
    for batch in batches:
        query.feed(
            "events",
            batch.partition,
            batch.bodies,
            [ORIGIN + arrival * TICKS_PER_MICROSECOND for arrival in batch.arrivals],
        )
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
            key = row.row["store_id"], end
            result[key] = result.get(key, 0) + len(row.row["ids"])
