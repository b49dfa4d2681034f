"""The query in polars: batches are parsed and filtered 20 at a time, windows are grouped when they are complete.

With a text prefilter, as somebody would do it who knows how the producer writes its JSON: what does not hold the needed
texts is never parsed. It finds nothing in an event that is written otherwise, with a space behind a colon, for example.
"""

from collections.abc import Callable
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


TEXTS = ('"priority_shipping":true', '"event_type":"sale_event"')
"""The rarest first."""


def run(batches: list[Batch]) -> Result:
    """Rows of all windows. polars parses all fields of a line, and a malformed one stops it."""
    return _run(batches, _parsed)


def run_prefiltered(batches: list[Batch]) -> Result:
    """Rows of all windows, of the events that hold the needed texts."""
    return _run(batches, _parsed_if_it_can_count)


def _parsed(batches: list[Batch]) -> pl.DataFrame:
    lines = b"\n".join(body for batch in batches for body in batch.bodies)
    return pl.read_ndjson(lines, schema=SCHEMA).with_columns(_arrivals(batches))


def _parsed_if_it_can_count(batches: list[Batch]) -> pl.DataFrame:
    bodies = pl.Series("body", [body for batch in batches for body in batch.bodies], dtype=pl.Binary).cast(pl.String)
    lines = pl.DataFrame([bodies, _arrivals(batches)])
    for text in TEXTS:
        lines = lines.filter(pl.col("body").str.contains(text, literal=True))
    return pl.concat(
        [lines["body"].str.json_decode(pl.Struct(SCHEMA)).struct.unnest(), lines.select("arrival")], how="horizontal"
    )


def _arrivals(batches: list[Batch]) -> pl.Series:
    return pl.Series("arrival", [arrival for batch in batches for arrival in batch.arrivals], pl.Int64)


def _run(batches: list[Batch], parse: Callable[[list[Batch]], pl.DataFrame]) -> Result:
    kept: list[pl.DataFrame] = []
    result: Result = {}

    def read(batches: list[Batch]) -> None:
        kept.append(parse(batches).filter(SUSPICIOUS).select("store_id", "id", "arrival"))

    def close(end: int) -> None:
        events = pl.concat(kept)
        kept[:] = [events.filter(pl.col("arrival") > end)]
        ends = (pl.col("arrival") + (WINDOW - 1)) // WINDOW * WINDOW
        rows = events.filter(pl.col("arrival") <= end).sort("arrival").group_by("store_id", ends.alias("end"))
        for row in rows.agg(pl.col("id")).to_dicts():
            result[row["store_id"], row["end"]] = len(row["id"])

    drive(batches, read, close)
    return result
