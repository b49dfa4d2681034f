"""Histories that Microsoft's extension recorded replay on today's code."""

from pathlib import Path

import pytest

from function_app.registration import orchestrator
from local_azure.testing import Recording, assert_replays
from orchestrations.contracts import REPAIR_RECONCILIATION, REPAIR_WINDOWS
from orchestrations.repair_reconciliation import repair_reconciliation, repair_windows
from tests.orchestrations.reconciliation_app import ORCHESTRATORS
from tests.orchestrations.record_extension import HISTORIES
from tests.orchestrations.test_replay import WORKFLOWS

EVERY = {
    **ORCHESTRATORS,
    **WORKFLOWS,
    REPAIR_RECONCILIATION.name: orchestrator(REPAIR_RECONCILIATION, repair_reconciliation),
    REPAIR_WINDOWS.name: orchestrator(REPAIR_WINDOWS, repair_windows),
}
RECORDED = sorted(HISTORIES.glob("*.json"))


def test_each_orchestration_was_recorded():
    assert {Recording.load(path).name for path in RECORDED} == EVERY.keys()


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_history_of_the_extension_replays_without_a_difference(path: Path):
    recording = Recording.load(path)

    assert_replays(EVERY[recording.name], recording)
