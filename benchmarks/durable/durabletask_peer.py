"""The work on durabletask: its worker and client, on its test backend, which keeps all in memory."""

import json
import socket
import time
from collections.abc import Generator
from typing import Any

from durabletask import client, task, worker
from durabletask.testing import create_test_backend

from benchmarks.durable.works import Work

NAME = "durabletask 1.12.0, in memory"
_PATIENCE_SECONDS = 300


def run(work: Work) -> float:
    """Seconds for the work, after a little that warms up."""
    with _Peer() as peer:
        peer.run(work.warm_up)
        return peer.run(work)


class _Peer:
    """Worker, client and backend. It lives for its turn only."""

    def __init__(self) -> None:
        # The backend does not tell which port it got, so it cannot choose one itself.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._backend = create_test_backend(port=port)
        address = f"127.0.0.1:{port}"
        self._worker = worker.TaskHubGrpcWorker(host_address=address)
        self._worker.add_orchestrator(fan_out)
        self._worker.add_orchestrator(chain)
        self._worker.add_activity(double)
        self._client = client.TaskHubGrpcClient(host_address=address)

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
            work.check(json.loads((state and state.serialized_output) or "null"))
        return taken


def fan_out(context: task.OrchestrationContext, width: int) -> Generator[Any, Any, int]:
    """All activities at once."""
    doubled = yield task.when_all([context.call_activity(double, input=n) for n in range(width)])
    return sum(doubled)


def chain(context: task.OrchestrationContext, length: int) -> Generator[Any, Any, int]:
    """One activity after another."""
    total = 0
    for number in range(length):
        total += yield context.call_activity(double, input=number)
    return total


def double(_: task.ActivityContext, number: int) -> int:
    """Twice a number."""
    return 2 * number
