"""Activities a second: our functions host, with every step on disk, beside durabletask in memory and DBOS on SQLite.

Three shapes of work: a wide fan-out, a chain, whose history is replayed at each of its steps, and many small
orchestrations. Ours is the whole of it: the unmodified azure-functions-durable SDK replays the orchestrator, its
converters decode and encode every activity, and SQLite keeps each episode. durabletask replays too, and keeps nothing.
DBOS keeps each step and replays nothing: its workflows are coroutines that stay in memory, which Azure's Python worker
does not do. All run the same work, by turns, each from the call that starts it to the result.
"""

import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.durable import dbos_peer, durabletask_peer
from benchmarks.durable.host import running_host
from benchmarks.durable.works import WORKS, Work
from benchmarks.rows import Row, against

Run = Callable[[Work], float]


def measure(works: Sequence[Work] = WORKS) -> list[Row]:
    """A row for each work and peer: the medians of several rounds, and ours over the peer's (above 1 is faster)."""
    peers: dict[str, Run] = {durabletask_peer.NAME: durabletask_peer.run}
    if dbos_peer.is_there():
        peers[dbos_peer.NAME] = dbos_peer.run
    with tempfile.TemporaryDirectory() as folder, running_host(Path(folder)) as host:
        host.run(works[0].warm_up)
        return [row for work in works for row in _rows(work, host.run, peers)]


def _rows(work: Work, ours: Run, peers: dict[str, Run]) -> list[Row]:
    taken: dict[str, list[float]] = {name: [] for name in ("ours", *peers)}
    for _ in range(work.rounds):
        for name, run in {"ours": ours, **peers}.items():
            taken[name].append(run(work))
    count = work.activities * work.instances
    rates = {name: count / statistics.median(seconds) for name, seconds in taken.items()}
    return [against(f"durable: {work.name}", "activities/s", rates["ours"], rates[peer], peer) for peer in peers]
