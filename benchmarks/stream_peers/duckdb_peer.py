"""The query in DuckDB: batches are parsed and filtered 20 at a time into a table, complete windows are grouped."""

from typing import Any

import duckdb
import polars as pl

from benchmarks.stream_peers.batches import FAR_FUTURE, PARTITIONS, WINDOW, Batch, Result, window_end

TOGETHER = 20
SHAPE = '{"store_id":"BIGINT","id":"VARCHAR","discount":"DOUBLE","priority_shipping":"BOOLEAN","event_type":"VARCHAR"}'
READ = f"""
    INSERT INTO waiting
    SELECT event.store_id, event.id, arrival
    FROM (SELECT json_transform(body, '{SHAPE}') AS event, arrival FROM batch)
    WHERE event.discount > 50 AND event.priority_shipping::INT = 1 AND event.event_type = 'sale_event'
"""
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
    database = duckdb.connect()
    database.execute("SET threads = 1")
    database.execute("CREATE TABLE waiting (store_id BIGINT, id VARCHAR, arrival BIGINT)")
    watermarks = [0] * PARTITIONS
    unread: list[Batch] = []
    closed = 0
    result: Result = {}

    def read() -> None:
        if not unread:
            return
        bodies = pl.Series([body for batch in unread for body in batch.bodies], dtype=pl.Binary).cast(pl.String)
        arrivals = pl.Series([arrival for batch in unread for arrival in batch.arrivals], dtype=pl.Int64)
        database.register("batch", ArrowStream(pl.DataFrame({"body": bodies, "arrival": arrivals})))
        database.execute(READ)
        unread.clear()

    def close(watermark: int) -> None:
        nonlocal closed
        end = window_end(watermark) - WINDOW
        if end <= closed:
            return
        read()
        for store, window, ids in database.execute(CLOSE, [end]).fetchall():
            result[store, window] = len(ids)
        database.execute("DELETE FROM waiting WHERE arrival <= ?", [end])
        closed = end

    for batch in batches:
        unread.append(batch)
        watermarks[batch.partition] = batch.arrivals[-1]
        if len(unread) >= TOGETHER:
            read()
        close(min(watermarks))
    close(FAR_FUTURE)
    return result
