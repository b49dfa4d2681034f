"""The query in polars: batches are parsed and filtered 20 at a time, windows are grouped when they are complete."""

from typing import Any

import polars as pl

from benchmarks.stream_peers.batches import WINDOW, Batch, Result
from benchmarks.stream_peers.closing import drive

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
    kept: list[pl.DataFrame] = []
    result: Result = {}

    def read(batches: list[Batch]) -> None:
        lines = b"\n".join(body for batch in batches for body in batch.bodies)
        arrivals = [arrival for batch in batches for arrival in batch.arrivals]
        events = pl.read_ndjson(lines, schema=SCHEMA).with_columns(pl.Series("arrival", arrivals, pl.Int64))
        kept.append(events.filter(SUSPICIOUS).select("store_id", "id", "arrival"))

    def close(end: int) -> None:
        events = pl.concat(kept)
        kept[:] = [events.filter(pl.col("arrival") > end)]
        ends = (pl.col("arrival") + (WINDOW - 1)) // WINDOW * WINDOW
        rows = events.filter(pl.col("arrival") <= end).sort("arrival").group_by("store_id", ends.alias("end"))
        for row in rows.agg(pl.col("id")).to_dicts():
            result[row["store_id"], row["end"]] = len(row["id"])

    drive(batches, read, close)
    return result
