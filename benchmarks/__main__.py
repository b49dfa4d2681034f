"""`make bench`: measures each part beside its peer, prints the table, and writes `.local/bench.json`.

python -m benchmarks [NAME...]     only those named, for example `pipeline`
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks import broker, desk, durable, fraud_worlds, pipeline, reconciliation, stream_engine
from benchmarks.rows import Row

RESULT = Path(__file__).parents[1] / ".local" / "bench.json"

BENCHMARKS: dict[str, Callable[[], Sequence[Row]]] = {
    "stream": stream_engine.measure,
    "durable": durable.measure,
    "broker": broker.measure,
    "reconciliation": reconciliation.measure,
    "pipeline": pipeline.measure,
    "worlds": fraud_worlds.measure,
    "desk": desk.measure,
}


def main(names: Sequence[str]) -> None:
    """Run the benchmarks one after another, so that none disturbs another."""
    # The peers narrate every step; what goes wrong is raised.
    logging.disable(logging.CRITICAL)
    console = Console(highlight=False)
    rows: list[Row] = []
    for name in names or list(BENCHMARKS):
        console.print(f"[dim]measuring {name} ...[/]")
        measured = BENCHMARKS[name]()
        rows += measured
        for row in measured:
            _show(console, row)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
    console.print(f"Written to {RESULT.relative_to(Path.cwd())}")


def _show(console: Console, row: Row) -> None:
    """Two lines of at most 80 columns: what was measured, and our figure beside the peer's or the bound."""
    ours = f"{_number(row.ours):>10} {row.unit:<17}"
    beside = f"{row.peer_name}" if row.peer is None else f"{_number(row.peer)}  {row.peer_name}"
    ratio = "" if row.ratio is None else f"x{row.ratio:.2f}"
    console.print(f"  {row.name}\n[bold]{ours} {ratio:<7}[/]{beside}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure each part beside its peer; writes .local/bench.json too.",
    )
    # Not by `choices`: argparse holds an empty list against them.
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHMARKS)}")
    names: list[str] = parser.parse_args().names
    if unknown := set(names) - BENCHMARKS.keys():
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    main(names)
