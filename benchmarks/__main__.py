"""`make bench`: measures each part beside its peer, prints the table, and writes `.local/bench.json`.

python -m benchmarks [NAME...]     only those named, for example `pipeline`; of the others the file keeps what it has
python -m benchmarks.page          writes the figures of the file into docs/performance.md
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import broker, desk, durable, fraud_worlds, judging, pipeline, reconciliation, stream_engine, window
from benchmarks.results import RESULT, Measured, keep, measured_now
from benchmarks.rows import Row

BENCHMARKS: dict[str, Callable[[], Sequence[Row]]] = {
    "stream": stream_engine.measure,
    "durable": durable.measure,
    "broker": broker.measure,
    "reconciliation": reconciliation.measure,
    "pipeline": pipeline.measure,
    "judging": judging.measure,
    "window": window.measure,
    "worlds": fraud_worlds.measure,
    "desk": desk.measure,
}


def main(names: Sequence[str]) -> None:
    """Run the benchmarks one after another, so that none disturbs another; what each measured is kept at once."""
    # The peers narrate every step; what goes wrong is raised.
    logging.disable(logging.CRITICAL)
    console = Console(highlight=False)
    for name in names or list(BENCHMARKS):
        console.print(f"[dim]measuring {name} ...[/]")
        measured: Measured = measured_now(BENCHMARKS[name])
        keep(name, measured)
        for row in measured.rows:
            _show(console, row)
    console.print(f"Written to {RESULT.relative_to(Path.cwd())}")


def _show(console: Console, row: Row) -> None:
    """Two lines of at most 80 columns: what was measured, and our figure beside the peer's or the bound."""
    ours, beside, ratio = row.figures
    behind = "  [red]behind[/]" if row.is_behind else ""
    console.print(f"  {row.name}{behind}\n[bold]{ours:>10} {row.unit:<17} {ratio:<7}[/]{beside}")


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
