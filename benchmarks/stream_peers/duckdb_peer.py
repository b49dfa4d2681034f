"""The query in DuckDB: batches are parsed and filtered 20 at a time into a table, complete windows are grouped.

With a text prefilter (`polars_peer` says what that means), what does not hold the needed texts is never parsed.
"""

from typing import Any

import duckdb
import polars as pl

from benchmarks.stream_peers.batches import WINDOW, Batch, Result
from benchmarks.stream_peers.closing import drive
from benchmarks.stream_peers.polars_peer import TEXTS

SHAPE = '{"store_id":"BIGINT","id":"VARCHAR","discount":"DOUBLE","priority_shipping":"BOOLEAN","event_type":"VARCHAR"}'
READ = f"""
    INSERT INTO waiting
    SELECT event.store_id, event.id, arrival
    FROM (SELECT json_transform(body, '{SHAPE}') AS event, arrival FROM (%s))
    WHERE event.discount > 50 AND event.priority_shipping::INT = 1 AND event.event_type = 'sale_event'
"""
ALL = "FROM batch"
THAT_CAN_COUNT = "FROM batch WHERE " + " AND ".join(f"contains(body, '{text}')" for text in TEXTS)
CLOSE = f"""
    SELECT store_id, (arrival + {WINDOW - 1}) // {WINDOW} * {WINDOW} AS closes, list(id ORDER BY arrival)
    FROM waiting WHERE arrival <= ? GROUP BY ALL
"""


class ArrowStream:
    """A frame that DuckDB reads as a stream of Arrow data, copying nothing and without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._frame.__arrow_c_stream__(requested_schema)


def run(batches: list[Batch]) -> Result:
    """Rows of all windows. A malformed line stops DuckDB."""
    return _run(batches, READ % ALL)


def run_prefiltered(batches: list[Batch]) -> Result:
    """Rows of all windows, of the events that hold the needed texts."""
    return _run(batches, READ % THAT_CAN_COUNT)


def _run(batches: list[Batch], statement: str) -> Result:
    database = duckdb.connect()
    database.execute("SET threads = 1")
    database.execute("CREATE TABLE waiting (store_id BIGINT, id VARCHAR, arrival BIGINT)")
    result: Result = {}

    def read(batches: list[Batch]) -> None:
        bodies = pl.Series([body for batch in batches for body in batch.bodies], dtype=pl.Binary).cast(pl.String)
        arrivals = pl.Series([arrival for batch in batches for arrival in batch.arrivals], dtype=pl.Int64)
        database.register("batch", ArrowStream(pl.DataFrame({"body": bodies, "arrival": arrivals})))
        database.execute(statement)

    def close(end: int) -> None:
        for store, window, ids in database.execute(CLOSE, [end]).fetchall():
            result[store, window] = len(ids)
        database.execute("DELETE FROM waiting WHERE arrival <= ?", [end])

    drive(batches, read, close)
    return result
