"""Events a second of the stream engine, JSON parse included, beside polars, DuckDB, bytewax and a loop written by hand.

All engines run the same query over the same events in the same batches, each in a process and a thread of its own, by
turns. What counts is the processor time from the first batch to the last row; reading the file does not. A run whose
rows differ from ours stops the benchmark.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, against
from benchmarks.stream_peers.batches import Batch, Result, digest, read_batches, write_events

EVENTS = 400_000
ROUNDS = 3
ENGINES = {
    "ours": "benchmarks.stream_peers.ours:run",
    "ours on event time": "benchmarks.stream_peers.ours:run_on_event_time",
    "polars": "benchmarks.stream_peers.polars_peer:run",
    "polars with a text prefilter": "benchmarks.stream_peers.polars_peer:run_prefiltered",
    "DuckDB": "benchmarks.stream_peers.duckdb_peer:run",
    "DuckDB with a text prefilter": "benchmarks.stream_peers.duckdb_peer:run_prefiltered",
    "a loop written by hand": "benchmarks.stream_peers.loop_peer:run",
}
PEERS = [name for name in ENGINES if not name.startswith("ours")]
EVENT_TIME_PEERS: list[str] = []
# It has no wheel for Python 3.13.
if find_spec("bytewax"):
    ENGINES["bytewax"] = "benchmarks.stream_peers.bytewax_peer:run"
    ENGINES["bytewax on event time"] = "benchmarks.stream_peers.bytewax_peer:run_on_event_time"
    PEERS.append("bytewax")
    EVENT_TIME_PEERS.append("bytewax")


def measure(events: int = EVENTS, rounds: int = ROUNDS) -> list[Row]:
    """A row for each peer: medians of several rounds, ours over the peer's (above 1 is faster).

    And one on event time, with both outputs and the policies for late and unordered events, beside bytewax: it is the
    only peer that knows event time.
    """
    rates: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    with tempfile.TemporaryDirectory() as folder:
        write_events(Path(folder), events)
        expected = None
        for _ in range(rounds):
            for engine, taken in rates.items():
                rate, rows = _run_apart(engine, folder, events)
                expected = expected or rows
                if rows != expected:
                    raise RuntimeError(f"{engine} gives other rows than ours")
                taken.append(rate)
    medians = {engine: statistics.median(taken) for engine, taken in rates.items()}
    unit = "events/s per core"
    rows = [against("stream engine", unit, medians["ours"], medians[peer], peer) for peer in PEERS]
    ours = medians["ours on event time"]
    return rows + [
        against("stream engine, TIMESTAMP BY", unit, ours, medians[f"{peer} on event time"], peer)
        for peer in EVENT_TIME_PEERS
    ]


def _run_apart(engine: str, folder: str, events: int) -> tuple[float, Any]:
    command = [sys.executable, "-m", "benchmarks.stream_engine", engine, folder, str(events)]
    # What the engines would use more threads for is held to one by their own settings.
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["rate"], answer["rows"]


def _run_here(engine: str, folder: Path, events: int) -> None:
    module, function = ENGINES[engine].split(":")
    run: Callable[[list[Batch]], Result] = getattr(import_module(module), function)
    batches = read_batches(folder, events)
    started = time.process_time()
    result = run(batches)
    seconds = time.process_time() - started
    print(json.dumps({"rate": events / seconds, "rows": digest(result)}))


if __name__ == "__main__":
    _run_here(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
