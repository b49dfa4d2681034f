"""Activities a second of a wide fan-out: our engine, with every step on disk, beside durabletask's backend in memory.

Ours is the whole of it: the unmodified azure-functions-durable SDK replays the orchestrator, its converters decode and
encode every activity, and SQLite keeps each episode. The peer is durabletask's own worker, client and in-memory test
backend; it talks gRPC to itself and keeps nothing. Both run the same fan-out in the same process, by turns.
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
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
from durabletask import client as peer_client
from durabletask import task as peer_task
from durabletask import worker as peer_worker
from durabletask.testing import create_test_backend

from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.testing import Clock
from local_azure.testing.sdk_worker import SdkWorker

WIDTH = 500
ROUNDS = 7
PEER_NAME = "durabletask 1.12.0, in-memory backend"


def measure(width: int = WIDTH, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row: the medians of several fan-outs, and ours over the peer's (above 1 is faster)."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = asyncio.run(_by_turns(Path(folder), width, rounds))
    return [
        {
            "name": f"durable engine: fan-out over {width} activities",
            "unit": "activities/s",
            "ours": round(ours, 1),
            "peer": round(theirs, 1),
            "peer_name": PEER_NAME,
            "ratio": round(ours / theirs, 3),
        }
    ]


async def _by_turns(folder: Path, width: int, rounds: int) -> tuple[float, float]:
    hub = TaskHub(folder / "hub.db", SdkWorker(_app()), Clock(), HubSettings())
    await hub.start()
    ours: list[float] = []
    theirs: list[float] = []
    try:
        for _ in range(rounds):
            ours.append(width / await _run_ours(hub, width))
            theirs.append(width / await asyncio.to_thread(_run_peer, width))
    finally:
        await hub.stop()
    return statistics.median(ours), statistics.median(theirs)


async def _run_ours(hub: TaskHub, width: int) -> float:
    began = time.perf_counter()
    instance_id = hub.client.start("fan_out", json.dumps(json.dumps(width)))
    if not await hub.wait_until_finished(instance_id, 120):
        raise RuntimeError("the fan-out has not ended")
    taken = time.perf_counter() - began
    _check(json.loads(hub.client.status(instance_id).output or "null"), width)
    return taken


def _app() -> df.DFApp:
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context")
    def fan_out(context: Any) -> Generator[Any, Any, int]:
        doubled = yield context.task_all([context.call_activity("double", n) for n in range(context.get_input())])
        return sum(doubled)

    @app.activity_trigger(input_name="number")
    def double(number: int) -> int:
        return 2 * number

    return app


def _run_peer(width: int) -> float:
    """Seconds for one fan-out after one that warms up. The peer lives only for its turn: it does not slow ours down."""
    with _Peer(width) as peer:
        peer.run()
        return peer.run()


class _Peer:
    """durabletask's worker and client on its in-memory backend."""

    def __init__(self, width: int) -> None:
        self._width = width
        # The backend does not tell which port it got, so it cannot choose one itself.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._backend = create_test_backend(port=port)
        address = f"127.0.0.1:{port}"
        self._worker = peer_worker.TaskHubGrpcWorker(host_address=address)
        self._worker.add_orchestrator(fan_out)
        self._worker.add_activity(double)
        self._client = peer_client.TaskHubGrpcClient(host_address=address)

    def __enter__(self) -> "_Peer":
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._backend.stop()

    def run(self) -> float:
        """Seconds for one fan-out."""
        began = time.perf_counter()
        instance_id = self._client.schedule_new_orchestration(fan_out, input=self._width)
        state = self._client.wait_for_orchestration_completion(instance_id, timeout=120)
        taken = time.perf_counter() - began
        _check(json.loads((state and state.serialized_output) or "null"), self._width)
        return taken


def fan_out(context: peer_task.OrchestrationContext, width: int) -> Generator[Any, Any, int]:
    """The same fan-out for the peer."""
    doubled = yield peer_task.when_all([context.call_activity(double, input=n) for n in range(width)])
    return sum(doubled)


def double(_: peer_task.ActivityContext, number: int) -> int:
    """The same activity for the peer."""
    return 2 * number


def _check(output: object, width: int) -> None:
    if output != 2 * sum(range(width)):
        raise RuntimeError(f"the fan-out over {width} gave {output!r}")


if __name__ == "__main__":
    # The peer narrates every step, and the SDK warns of functions without an HTTP trigger; what goes wrong is raised.
    logging.disable(logging.CRITICAL)
    json.dump(measure(), sys.stdout, indent=2)
    sys.stdout.write("\n")
