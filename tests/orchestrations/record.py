"""Record the histories that the replay tests hold the workflows to: `python -m tests.orchestrations.record`.

Record anew only when a workflow changes on purpose. A running instance in Azure is a history of the old code, so a
change that does not replay the old recordings needs a new version of the workflow, not new recordings.
"""

# pyright: reportUnusedImport=false

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec

import tests.conftest  # noqa: F401 - settings with which the app can be imported
from fraud.analysis import IDS_PER_CHUNK, WindowTask
from fraud.campaigns import STOP_EVENT, Campaign, CampaignRequest
from fraud.desk.waiting import DECIDED_EVENT, Deadlines, ReviewTask
from fraud.load.plan import CampaignPlan
from fraud.load.planned import PlannedCampaign
from fraud.quarantine_places import PlacesTask
from fraud.reanalysis.messages import Reanalysis, ReanalysisState
from fraud.reanalysis.trial import TrialState
from local_azure.testing.running_hub import RunningHub
from tests.fraud.builders import WINDOW_ENDING_1010
from tests.orchestrations.fake_activities import FakeActivities

HISTORIES = Path(__file__).parent / "histories"

_DAYS_IN_SECONDS = 200_000

Scenario = Callable[[RunningHub, FakeActivities], Awaitable[str]]


def window(ids: int, version: int = 1) -> dict[str, Any]:
    """The input of a window's analysis."""
    start, end = WINDOW_ENDING_1010.start, WINDOW_ENDING_1010.end
    task = WindowTask(name="window-3-x", store_id=3, window_start=start, window_end=end, count=ids, version=version)
    return msgspec.to_builtins(task)


def small_window(*ids: str) -> dict[str, Any]:
    """The input of a window's analysis that has the ids themselves, as from version 4 on."""
    return {**window(len(ids), version=4), "ids": ids}


def campaign(**order: Any) -> dict[str, Any]:
    """The input of a campaign."""
    return msgspec.to_builtins(Campaign.of(CampaignRequest(**order), name="x", seed=42))


def plan(**fields: Any) -> dict[str, Any]:
    """The input of a campaign with a plan."""
    stages = [{"shape": "ramp", "from": 0, "to": 3, "for": "10m"}]
    chosen = msgspec.convert({"tick": "1m", "stages": stages, **fields}, CampaignPlan)
    return msgspec.to_builtins(PlannedCampaign.of(chosen, name="x", seed=42))


async def window_all_found(hub: RunningHub, steps: FakeActivities) -> str:
    """A window of five chunks whose events are all archived, in the workflow's first version."""
    return await _finished(hub, "analyze_window", window(5 * IDS_PER_CHUNK - 7))


async def window_late_events(hub: RunningHub, steps: FakeActivities) -> str:
    """A window whose events arrive late, over services that fail a few times, in the workflow's first version."""
    steps.missing.update({0: 1, 2: 3})
    steps.failures.update({"judge_events": 2, "store_verdicts": 1, "alert_fraud_team": 2})
    return await _finished(hub, "analyze_window", window(4 * IDS_PER_CHUNK))


async def window_found_at_once(hub: RunningHub, steps: FakeActivities) -> str:
    """A window of five chunks whose events are all archived."""
    return await _finished(hub, "analyze_window", window(5 * IDS_PER_CHUNK - 7, version=2))


async def window_amended(hub: RunningHub, steps: FakeActivities) -> str:
    """A window whose verdicts are amended twice, over services that fail a few times."""
    steps.missing.update({0: 1, 2: 3})
    steps.failures.update({"judge_events": 2, "store_verdicts": 1, "alert_fraud_team": 2, "clear_work": 1})
    return await _finished(hub, "analyze_window", window(4 * IDS_PER_CHUNK, version=2))


async def window_cleared_by_name(hub: RunningHub, steps: FakeActivities) -> str:
    """A window of two chunks of which one is looked up twice, in the workflow's third version."""
    steps.missing.update({1: 1})
    return await _finished(hub, "analyze_window", window(2 * IDS_PER_CHUNK, version=3))


async def window_small(hub: RunningHub, steps: FakeActivities) -> str:
    """A window whose task has its ids, and whose events are all archived."""
    return await _finished(hub, "analyze_window", small_window("a", "b", "c"))


async def window_small_amended(hub: RunningHub, steps: FakeActivities) -> str:
    """A window whose task has its ids, whose verdicts are amended, and whose first alert is told late."""
    steps.missing.update({0: 2})
    steps.failures.update({"judge_small_window": 1, "judge_events": 1, "alert_fraud_team": 2})
    return await _finished(hub, "analyze_window", small_window("a", "b", "c"))


async def campaign_completed(hub: RunningHub, steps: FakeActivities) -> str:
    """A campaign on a schedule, with a batch that needs three tries."""
    steps.failures["send_batch"] = 2
    return await _finished(hub, "run_campaign", campaign(batches=6, interval_seconds=60))


async def campaign_stopped_while_waiting(hub: RunningHub, steps: FakeActivities) -> str:
    """A campaign that is stopped between two batches: the timer that loses is cancelled."""
    instance_id = await hub.start("run_campaign", campaign(batches=6, interval_seconds=86_400))
    while not steps.batches:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    (await hub.hub()).client.raise_event(instance_id, STOP_EVENT, "null")
    await hub.ended(instance_id)
    return instance_id


def review(**hours: int) -> dict[str, Any]:
    """The input of a review."""
    return msgspec.to_builtins(ReviewTask(case_id="window-3-x", store_id=3, deadlines=Deadlines(**hours)))


async def review_expired(hub: RunningHub, steps: FakeActivities) -> str:
    """A case that nobody decides, over services that fail a few times; one timer is longer than three days."""
    steps.failures["take_review_step"] = 2
    hub.clock = RunningHub.clock_at_speed(_DAYS_IN_SECONDS)
    return await _finished(hub, "review_case", review())


async def review_decided(hub: RunningHub, steps: FakeActivities) -> str:
    """A case that is decided after its reminder, and after an event that came without a decision."""
    hub.clock = RunningHub.clock_at_speed(_DAYS_IN_SECONDS)
    instance_id = await hub.start("review_case", review(remind=1, escalate=720))
    while not any("reminded" in entry for entry in steps.journal):
        await asyncio.sleep(0.005)
    client = (await hub.hub()).client
    client.raise_event(instance_id, DECIDED_EVENT, "null")
    while not any("None" in entry for entry in steps.journal):
        await asyncio.sleep(0.005)
    steps.review = "confirmed"
    client.raise_event(instance_id, DECIDED_EVENT, "null")
    await hub.ended(instance_id)
    return instance_id


def reanalysis(confirm: int | None) -> dict[str, Any]:
    """The input of a re-analysis."""
    moment = WINDOW_ENDING_1010.end
    order = Reanalysis(id="again-x", start=moment, end=moment, rules="seed", who="Ana", why="a trial", confirm=confirm)
    return msgspec.to_builtins(ReanalysisState(order=order))


async def reanalysis_counted(hub: RunningHub, steps: FakeActivities) -> str:
    """A re-analysis of three windows that is counted only."""
    steps.windows = ["w0", "w1", "w2"]
    return await _finished(hub, "reanalyze", reanalysis(None))


async def reanalysis_done(hub: RunningHub, steps: FakeActivities) -> str:
    """A re-analysis of three windows, over services that fail a few times."""
    steps.windows = ["w0", "w1", "w2"]
    steps.failures.update({"find_windows": 1, "judge_again": 1, "alert_fraud_team": 1, "note_reanalysis": 1})
    return await _finished(hub, "reanalyze", reanalysis(9))


def trial(**fields: Any) -> dict[str, Any]:
    """The input of a trial."""
    moment = WINDOW_ENDING_1010.end
    order = Reanalysis(id="try-x", start=moment, end=moment, rules="seed", who="Ana", why="a trial", **fields)
    return msgspec.to_builtins(TrialState(order=order))


async def trial_done(hub: RunningHub, steps: FakeActivities) -> str:
    """A trial over three windows, over services that fail a few times."""
    steps.windows = ["w0", "w1", "w2"]
    steps.failures.update({"find_windows": 1, "try_window": 1})
    return await _finished(hub, "try_rules", trial())


async def trial_sampled(hub: RunningHub, steps: FakeActivities) -> str:
    """A trial over three windows that writes samples, over services that fail a few times."""
    steps.windows = ["w0", "w1", "w2"]
    steps.failures.update({"clear_samples": 1, "try_window": 1})
    return await _finished(hub, "try_rules", trial(samples="labelled"))


def places(**fields: Any) -> dict[str, Any]:
    """The input of judging what no window can name."""
    start, end = WINDOW_ENDING_1010.start, WINDOW_ENDING_1010.end
    task = PlacesTask(partition="1", window_start=start, window_end=end, thousand=4, paths=("a", "b"), **fields)
    return msgspec.to_builtins(task)


async def places_judged_at_once(hub: RunningHub, steps: FakeActivities) -> str:
    """Places of which the input names no rule set, as earlier versions of the app began."""
    return await _finished(hub, "judge_quarantine", places())


async def places_judged_with_context(hub: RunningHub, steps: FakeActivities) -> str:
    """Places that a set with context judges when their window is over."""
    return await _finished(hub, "judge_quarantine", places(rules="context@x"))


async def plan_completed(hub: RunningHub, steps: FakeActivities) -> str:
    """A campaign with a plan of ten minutes and three producers, one of which needs three tries."""
    steps.failures["send_tick"] = 2
    return await _finished(hub, "run_campaign_plan", plan(producers=3))


async def plan_stopped_while_waiting(hub: RunningHub, steps: FakeActivities) -> str:
    """A campaign with a plan that is stopped between two bursts, where it has not a tick."""
    burst = {"shape": "burst", "rate": 1, "every": "20h", "lasts": "1m", "for": "99h"}
    instance_id = await hub.start("run_campaign_plan", plan(tick="1m", stages=[burst]))
    while not steps.ticks:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    (await hub.hub()).client.raise_event(instance_id, STOP_EVENT, "null")
    await hub.ended(instance_id)
    return instance_id


async def _finished(hub: RunningHub, workflow: str, argument: dict[str, Any]) -> str:
    instance_id = await hub.start(workflow, argument)
    await hub.ended(instance_id, seconds=30)
    return instance_id


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        window_all_found,
        window_late_events,
        window_found_at_once,
        window_amended,
        window_cleared_by_name,
        window_small,
        window_small_amended,
        campaign_completed,
        campaign_stopped_while_waiting,
        review_expired,
        review_decided,
        places_judged_at_once,
        places_judged_with_context,
        plan_completed,
        plan_stopped_while_waiting,
        reanalysis_counted,
        reanalysis_done,
        trial_done,
        trial_sampled,
    )
}


async def record(name: str) -> bytes:
    """Run a scenario on the real engine; its exported history as JSON."""
    folder = Path(tempfile.mkdtemp())
    steps, app = FakeActivities(), df.DFApp()
    steps.register(app)
    hub = RunningHub(folder / "hub.db", app)
    hub.clock = RunningHub.clock_at_speed(600)
    try:
        instance_id = await SCENARIOS[name](hub, steps)
        exported = (await hub.hub()).export_history(instance_id)
    finally:
        await hub.stop()
        shutil.rmtree(folder)
    return msgspec.json.format(msgspec.json.encode(exported), indent=1) + b"\n"


if __name__ == "__main__":
    HISTORIES.mkdir(exist_ok=True)
    for chosen in sys.argv[1:] or SCENARIOS:
        (HISTORIES / f"{chosen}.json").write_bytes(asyncio.run(record(chosen)))
