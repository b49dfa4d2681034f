"""Our engine as users run it: the functions host as a process of its own, asked over HTTP."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from benchmarks.durable.works import Work
from local_azure.testing import running

APP = Path(__file__).parent / "app"
_POLL_SECONDS = 0.01
_POLL_SHARE = 0.02
"""Of the time until now: peers wait for the end without asking, and each question is work for the measured host."""
_PATIENCE_SECONDS = 300.0


class Host:
    """A running host."""

    def __init__(self, address: str) -> None:
        self._base = f"{address}/runtime/webhooks/durabletask"
        self._session = requests.Session()

    def run(self, work: Work) -> float:
        """Seconds for the work. Raises RuntimeError if it does not end, or not as it should."""
        began = time.perf_counter()
        started = [self._start(work) for _ in range(work.instances)]
        outputs = [self._output(instance_id, began) for instance_id in started]
        taken = time.perf_counter() - began
        for output in outputs:
            work.check(output)
        return taken

    def _start(self, work: Work) -> str:
        given = str(work.activities)  # the SDK reads an input as JSON within JSON
        answer = self._session.post(f"{self._base}/orchestrators/{work.kind}", json=given, timeout=30)
        answer.raise_for_status()
        return answer.json()["id"]

    def _output(self, instance_id: str, began: float) -> object:
        while (taken := time.perf_counter() - began) < _PATIENCE_SECONDS:
            status: dict[str, Any] = self._session.get(f"{self._base}/instances/{instance_id}", timeout=30).json()
            if status["runtimeStatus"] not in ("Pending", "Running"):
                return status["output"]
            time.sleep(max(_POLL_SECONDS, _POLL_SHARE * taken))
        raise RuntimeError(f"{instance_id} has not ended in {_PATIENCE_SECONDS:.0f} s")


@contextmanager
def running_host(folder: Path) -> Generator[Host]:
    """A host of the work's app on a free port, with its state in a folder."""
    with running("functions_host", "--app", str(APP), "--port", "0", state=folder / "functions") as part:
        yield Host(part.addresses[0])
