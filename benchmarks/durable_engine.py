"""Activities a second: our engine, with every step on disk, beside durabletask's backend in memory.

Three shapes of work: a wide fan-out, a chain, whose history is replayed at each of its steps, and many small
orchestrations. Ours is the whole of it: the unmodified azure-functions-durable SDK replays the orchestrator, its
converters decode and encode every activity, and SQLite keeps each episode; times and settings are read as the functions
host reads them. The peer is durabletask's own worker, client and in-memory test backend, which keeps nothing.
Both run the same work in the same process, by turns.
"""

# The SDKs' decorators are not typed.

import asyncio
import json
import logging
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec
from durabletask import client as peer_client
from durabletask import task as peer_task
from durabletask import worker as peer_worker
from durabletask.testing import create_test_backend

from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.functions_host.quick_codec import ask_for_the_codec_quickly
from local_azure.functions_host.quick_times import read_times_quickly
from local_azure.testing import Clock
from local_azure.testing.sdk_worker import SdkWorker

ROUNDS = 7
PEER_NAME = "durabletask 1.12.0, in-memory backend"
_PATIENCE_SECONDS = 300


class Work(msgspec.Struct, frozen=True):
    """A shape of work: `instances` orchestrations of a kind, each over `activities` activities; the rounds to run."""

    kind: str
    activities: int
    instances: int = 1
    rounds: int = ROUNDS

    @property
    def name(self) -> str:
        """What the row says of it."""
        of_each = f"{self.kind.replace('_', '-')} over {self.activities:,} activities"
        return of_each if self.instances == 1 else f"{self.instances:,} times {of_each}"


WORKS = (
    Work("fan_out", 500),
    Work("chain", 250, rounds=3),
    Work("chain", 1_000, rounds=1),
    Work("chain", 2_000, rounds=1),
    Work("fan_out", 4, instances=200, rounds=3),
)


def measure(works: Sequence[Work] = WORKS) -> list[dict[str, Any]]:
    """A row for each work: the medians of several rounds, and ours over the peer's (above 1 is faster)."""
    read_times_quickly()
    ask_for_the_codec_quickly()
    return [_row(work, *asyncio.run(_by_turns(work))) for work in works]


def _row(work: Work, ours: float, theirs: float) -> dict[str, Any]:
    return {
        "name": f"durable engine: {work.name}",
        "unit": "activities/s",
        "ours": round(ours, 1),
        "peer": round(theirs, 1),
        "peer_name": PEER_NAME,
        "ratio": round(ours / theirs, 3),
    }


async def _by_turns(work: Work) -> tuple[float, float]:
    ours: list[float] = []
    theirs: list[float] = []
    count = work.activities * work.instances
    with tempfile.TemporaryDirectory() as folder:
        hub = TaskHub(Path(folder) / "hub.db", SdkWorker(_app()), Clock(), HubSettings())
        await hub.start()
        try:
            for _ in range(work.rounds):
                ours.append(count / await _run_ours(hub, work))
                theirs.append(count / await asyncio.to_thread(_run_peer, work))
        finally:
            await hub.stop()
    return statistics.median(ours), statistics.median(theirs)


async def _run_ours(hub: TaskHub, work: Work) -> float:
    began = time.perf_counter()
    given = json.dumps(json.dumps(work.activities))
    started = [hub.client.start(work.kind, given) for _ in range(work.instances)]
    for instance_id in started:
        if not await hub.wait_until_finished(instance_id, _PATIENCE_SECONDS):
            raise RuntimeError(f"{work.name} has not ended")
    taken = time.perf_counter() - began
    for instance_id in started:
        _check(json.loads(hub.client.status(instance_id).output or "null"), work)
    return taken


def _app() -> df.DFApp:
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context")
    def fan_out(context: Any) -> Generator[Any, Any, int]:
        doubled = yield context.task_all([context.call_activity("double", n) for n in range(context.get_input())])
        return sum(doubled)

    @app.orchestration_trigger(context_name="context")
    def chain(context: Any) -> Generator[Any, Any, int]:
        total = 0
        for number in range(context.get_input()):
            total += yield context.call_activity("double", number)
        return total

    @app.activity_trigger(input_name="number")
    def double(number: int) -> int:
        return 2 * number

    return app


def _run_peer(work: Work) -> float:
    """Seconds for the work, after a small one that warms up. The peer lives for its turn only."""
    with _Peer() as peer:
        peer.run(Work(work.kind, min(work.activities, 100)))
        return peer.run(work)


class _Peer:
    """durabletask's worker and client on its in-memory backend."""

    def __init__(self) -> None:
        # The backend does not tell which port it got, so it cannot choose one itself.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._backend = create_test_backend(port=port)
        address = f"127.0.0.1:{port}"
        self._worker = peer_worker.TaskHubGrpcWorker(host_address=address)
        self._worker.add_orchestrator(fan_out)
        self._worker.add_orchestrator(chain)
        self._worker.add_activity(double)
        self._client = peer_client.TaskHubGrpcClient(host_address=address)

    def __enter__(self) -> "_Peer":
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._backend.stop()

    def run(self, work: Work) -> float:
        """Seconds for the work."""
        orchestrator = {"fan_out": fan_out, "chain": chain}[work.kind]
        began = time.perf_counter()
        started = [
            self._client.schedule_new_orchestration(orchestrator, input=work.activities) for _ in range(work.instances)
        ]
        ended = [self._client.wait_for_orchestration_completion(each, timeout=_PATIENCE_SECONDS) for each in started]
        taken = time.perf_counter() - began
        for state in ended:
            _check(json.loads((state and state.serialized_output) or "null"), work)
        return taken


def fan_out(context: peer_task.OrchestrationContext, width: int) -> Generator[Any, Any, int]:
    """The same fan-out for the peer."""
    doubled = yield peer_task.when_all([context.call_activity(double, input=n) for n in range(width)])
    return sum(doubled)


def chain(context: peer_task.OrchestrationContext, length: int) -> Generator[Any, Any, int]:
    """The same chain for the peer."""
    total = 0
    for number in range(length):
        total += yield context.call_activity(double, input=number)
    return total


def double(_: peer_task.ActivityContext, number: int) -> int:
    """The same activity for the peer."""
    return 2 * number


def _check(output: object, work: Work) -> None:
    if output != 2 * sum(range(work.activities)):
        raise RuntimeError(f"{work.name} gave {output!r}")


if __name__ == "__main__":
    # The peer narrates every step, and the SDK warns of functions without an HTTP trigger; what goes wrong is raised.
    logging.disable(logging.CRITICAL)
    json.dump(measure(), sys.stdout, indent=2)
    sys.stdout.write("\n")
