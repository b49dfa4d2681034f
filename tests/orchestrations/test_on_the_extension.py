"""Workflows end on Microsoft's Durable extension as they end on the local engine, over the same steps in memory.

`ORACLE_RECORD` names a folder where the program keeps each call of an orchestration: `record_extension.py` makes
recordings of them.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from fraud.analysis import IDS_PER_CHUNK
from fraud.campaigns import STOP_EVENT
from local_azure.testing import DurableHost, RunningHub, azurite_services, durable_host_program
from orchestrations import calls
from tests.orchestrations import record
from tests.orchestrations.every_workflow.function_app import WINDOWS, every_workflow
from tests.orchestrations.failing_window.built import IMPATIENT, failing_window
from tests.orchestrations.reconciliation_app import REACH, REQUEST

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
APP = Path(__file__).with_name("every_workflow")
FAILING = Path(__file__).with_name("failing_window")
COUNTED = ("reanalyze", "again-counted", record.reanalysis(None))
JUDGED = ("reanalyze", "again", record.reanalysis(3 * len(WINDOWS)))
TRIED = ("try_rules", "trial", record.trial())
RECONCILED = ("reconcile", REACH.instance_id, REQUEST)
PLACES = ("judge_quarantine", "places", record.places(rules="context@x"))
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

    def go_on(self, instance_id: str, how: str, before: dict[str, Any]) -> dict[str, Any]:
        """The status of an instance that had ended as `before`, once it was rewound or restarted and has ended anew."""
        answer = requests.post(f"{self._base}/instances/{instance_id}/{how}", timeout=60)
        assert answer.status_code == 202, answer.text
        return self._ended(instance_id, lambda status: told(status) != told(before))

    def run(self, name: str, instance_id: str, value: Any, *, stopping: bool = False) -> dict[str, Any]:
        """The status of a workflow that has ended; with `stopping` the event `stop` is repeated until then."""
        self.start(name, instance_id, value)
        return self._ended(instance_id, lambda _: True, stopping=stopping)

    def _ended(
        self, instance_id: str, holds: Callable[[dict[str, Any]], bool], *, stopping: bool = False
    ) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            status = requests.get(f"{self._base}/instances/{instance_id}", timeout=60).json()
            if status["runtimeStatus"] in {"Completed", "Failed", "Terminated"} and holds(status):
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


async def test_a_window_that_failed_fails_there_as_here_when_it_is_rewound_and_completes_when_it_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calls, "PATIENT", IMPATIENT)
    here = RunningHub(tmp_path / "hub.db", failing_window())
    window = record.window(3 * IDS_PER_CHUNK, version=4)
    expected = [await here.run("analyze_window", window, "window-x")]
    client = (await here.hub()).client
    for _ in range(2):
        client.rewind("window-x", "again")
        expected.append(await here.ended("window-x"))
        client.restart("window-x", new_id=False)
        expected.append(await here.ended("window-x"))
    await here.stop()
    states = [status["runtimeStatus"] for status in expected]
    assert states == ["Failed", "Failed", "Failed", "Failed", "Completed"]
    assert [str(expected[place]["output"]).partition(":")[0] for place in (1, 3)] == [
        "Non-Deterministic workflow detected"
    ] * 2

    program, environment = durable_host_program(ROOT), {"PYTHONPATH": str(ROOT)}
    with (
        azurite_services(tmp_path) as azurite,
        DurableHost(program, azurite, app=FAILING, state=tmp_path / "host", environment=environment) as host,
    ):
        extension = Extension(host.address)
        status = extension.run("analyze_window", "window-x", window)
        assert shown(status) == shown(expected[0])
        for local, how in zip(
            expected[1:], ["rewind?reason=again", "restart?restartWithNewInstanceId=false"] * 2, strict=True
        ):
            status = extension.go_on("window-x", how, status)
            assert shown(status) == shown(local)


def shown(status: dict[str, Any]) -> list[Any]:
    """As `told`; of a failure without what .NET says of its cause."""
    return [str(each).partition(" \n ")[0] for each in told(status)]


def told(status: dict[str, Any]) -> list[Any]:
    """The status, the output and the custom status of an instance that has ended."""
    return [status[each] for each in ("runtimeStatus", "output", "customStatus")]
