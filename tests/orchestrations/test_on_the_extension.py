"""Workflows end on Microsoft's Durable extension as they end on the local engine, over the same steps in memory.

`ORACLE_RECORD` names a folder where the program keeps each call of an orchestration: `record_extension.py` makes
recordings of them.
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from fraud.campaigns import STOP_EVENT
from local_azure.testing import DurableHost, RunningHub, azurite_services, durable_host_program
from tests.orchestrations.every_workflow.function_app import WINDOWS, every_workflow
from tests.orchestrations.reconciliation_app import REACH, REQUEST
from tests.orchestrations.record import places, reanalysis, trial

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
APP = Path(__file__).with_name("every_workflow")
COUNTED = ("reanalyze", "again-counted", reanalysis(None))
JUDGED = ("reanalyze", "again", reanalysis(3 * len(WINDOWS)))
TRIED = ("try_rules", "trial", trial())
RECONCILED = ("reconcile", REACH.instance_id, REQUEST)
PLACES = ("judge_quarantine", "places", places(rules="context@x"))
NIGHT = ("reconcile_nightly", "night", None)
IN_ORDER = [COUNTED, JUDGED, TRIED, RECONCILED, PLACES, NIGHT]
PATIENCE_SECONDS = 120


class Extension:
    """The management API of a host that runs the app on the extension."""

    def __init__(self, address: str) -> None:
        self._base = f"{address}/runtime/webhooks/durabletask"

    def start(self, name: str, instance_id: str, value: Any) -> None:
        """Start a workflow as the SDK's client does: its input is JSON in JSON."""
        body = None if value is None else json.dumps(value)
        answer = requests.post(f"{self._base}/orchestrators/{name}/{instance_id}", json=body, timeout=60)
        assert answer.status_code == 202, answer.text

    def stop(self, instance_id: str) -> None:
        """Raise the event `stop`."""
        url = f"{self._base}/instances/{instance_id}/raiseEvent/{STOP_EVENT}"
        requests.post(url, data="null", headers={"Content-Type": "application/json"}, timeout=60)

    def run(self, name: str, instance_id: str, value: Any, *, stopping: bool = False) -> dict[str, Any]:
        """The status of a workflow that has ended; with `stopping` the event `stop` is repeated until then."""
        self.start(name, instance_id, value)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            status = requests.get(f"{self._base}/instances/{instance_id}", timeout=60).json()
            if status["runtimeStatus"] in {"Completed", "Failed", "Terminated"}:
                return status
            assert time.monotonic() < end, status
            if stopping:
                self.stop(instance_id)
            time.sleep(0.2)


async def test_re_analyses_trials_and_reconciliations_end_there_as_here(tmp_path: Path):
    here = RunningHub(tmp_path / "hub.db", every_workflow())
    expected = [told(await here.run(name, value, instance_id)) for name, instance_id, value in IN_ORDER]
    await here.stop()

    program, environment = durable_host_program(ROOT), {"PYTHONPATH": str(ROOT)}
    with (
        azurite_services(tmp_path) as azurite,
        DurableHost(program, azurite, app=APP, state=tmp_path / "host", environment=environment) as host,
    ):
        extension = Extension(host.address)
        for workflow, local in zip(IN_ORDER, expected, strict=True):
            assert told(extension.run(*workflow)) == local
        for name, _, value in (JUDGED, TRIED):
            assert extension.run(name, f"{name}-stopped", value, stopping=True)["output"]["phase"] == "stopped"


def told(status: dict[str, Any]) -> list[Any]:
    """The status, the output and the custom status of an instance that has ended."""
    return [status[each] for each in ("runtimeStatus", "output", "customStatus")]
