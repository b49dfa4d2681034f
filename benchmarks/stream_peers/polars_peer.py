"""The query in polars: batches are parsed and filtered 20 at a time, windows are grouped when they are complete."""

from typing import Any

import polars as pl

from benchmarks.stream_peers.batches import FAR_FUTURE, PARTITIONS, WINDOW, Batch, Result, window_end

TOGETHER = 20
SCHEMA: dict[str, Any] = {
    "store_id": pl.Int64,
    "id": pl.String,
    "discount": pl.Float64,
    "priority_shipping": pl.Boolean,
    "event_type": pl.String,
}
SUSPICIOUS = (
    (pl.col("discount") > 50)
    & (pl.col("priority_shipping").cast(pl.Int8) == 1)
    & (pl.col("event_type") == "sale_event")
)


def run(batches: list[Batch]) -> Result:
    """Rows of all windows. polars parses all fields of a line, and a malformed one stops it."""
    watermarks = [0] * PARTITIONS
    waiting: list[Batch] = []
    kept: list[pl.DataFrame] = []
    closed = 0
    result: Result = {}

    def read() -> None:
        if not waiting:
            return
        lines = b"\n".join(body for batch in waiting for body in batch.bodies)
        arrivals = [arrival for batch in waiting for arrival in batch.arrivals]
        events = pl.read_ndjson(lines, schema=SCHEMA).with_columns(pl.Series("arrival", arrivals, pl.Int64))
        kept.append(events.filter(SUSPICIOUS).select("store_id", "id", "arrival"))
        waiting.clear()

    def close(watermark: int) -> None:
        nonlocal closed
        end = window_end(watermark) - WINDOW
        if end <= closed:
            return
        read()
        events = pl.concat(kept)
        kept[:] = [events.filter(pl.col("arrival") > end)]
        ends = (pl.col("arrival") + (WINDOW - 1)) // WINDOW * WINDOW
        rows = events.filter(pl.col("arrival") <= end).sort("arrival").group_by("store_id", ends.alias("end"))
        for row in rows.agg(pl.col("id")).to_dicts():
            result[row["store_id"], row["end"]] = len(row["id"])
        closed = end

    for batch in batches:
        waiting.append(batch)
        watermarks[batch.partition] = batch.arrivals[-1]
        if len(waiting) >= TOGETHER:
            read()
        close(min(watermarks))
    close(FAR_FUTURE)
    return result
