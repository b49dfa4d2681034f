from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fraud.archive import quarantined
from fraud.quarantine_places import places_tasks
from local_azure.testing.running_hub import RunningHub
from tests.fraud.builders import event_body, received
from tests.orchestrations.fake_activities import FakeActivities

(TASK,) = places_tasks([quarantined(received(event_body(id=7), 9), "no id")])


def argument(**changes: Any) -> dict[str, Any]:
    return msgspec.to_builtins(msgspec.structs.replace(TASK, **changes))


@pytest.mark.parametrize("failures", [0, 2])
async def test_places_are_judged_and_told(hub: RunningHub, steps: FakeActivities, failures: int):
    steps.failures.update({"judge_places": failures, "alert_fraud_team": failures})

    status = await hub.run("judge_quarantine", argument())

    assert status["runtimeStatus"] == "Completed"
    assert steps.told == [TASK.name]
    assert status["output"]["name"] == TASK.name


async def test_a_set_that_asks_for_context_waits_until_the_window_is_over(hub: RunningHub, steps: FakeActivities):
    now = datetime.now(UTC)
    window = {"window_start": now - timedelta(minutes=4), "window_end": now + timedelta(minutes=1)}
    hub.clock = RunningHub.clock_at_speed(100)

    status = await hub.run("judge_quarantine", argument(rules="context@x", **window))

    waited = datetime.fromisoformat(status["lastUpdatedTime"]) - datetime.fromisoformat(status["createdTime"])
    assert (status["runtimeStatus"], steps.told) == ("Completed", [status["output"]["name"]])
    assert waited > timedelta(seconds=60)


async def test_blobs_that_are_gone_are_told_to_nobody(hub: RunningHub, steps: FakeActivities):
    status = await hub.run("judge_quarantine", argument(paths=()))

    assert (status["runtimeStatus"], status["output"], steps.told) == ("Completed", None, [])
