"""Histories that the engine recorded replay on today's code without a difference, and in any order of completions."""

from pathlib import Path

import pytest

from function_app.registration import orchestrator
from local_azure.testing.replay import Recording, assert_order_does_not_matter, assert_replays
from orchestrations.analyze_window import analyze_window
from orchestrations.contracts import (
    ANALYZE_WINDOW,
    JUDGE_QUARANTINE,
    REANALYZE,
    REVIEW_CASE,
    RUN_CAMPAIGN,
    RUN_CAMPAIGN_PLAN,
    TRY_RULES,
)
from orchestrations.judge_quarantine import judge_quarantine
from orchestrations.reanalyze import reanalyze
from orchestrations.review_case import review_case
from orchestrations.run_campaign import run_campaign
from orchestrations.run_campaign_plan import run_campaign_plan
from orchestrations.try_rules import try_rules
from tests.orchestrations.record import HISTORIES, SCENARIOS, record

WORKFLOWS = {
    "analyze_window": orchestrator(ANALYZE_WINDOW, analyze_window),
    "judge_quarantine": orchestrator(JUDGE_QUARANTINE, judge_quarantine),
    "run_campaign": orchestrator(RUN_CAMPAIGN, run_campaign),
    "review_case": orchestrator(REVIEW_CASE, review_case),
    "try_rules": orchestrator(TRY_RULES, try_rules),
    "reanalyze": orchestrator(REANALYZE, reanalyze),
    "run_campaign_plan": orchestrator(RUN_CAMPAIGN_PLAN, run_campaign_plan),
}
RECORDED = [HISTORIES / f"{name}.json" for name in SCENARIOS]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_history_replays_without_a_difference(path: Path):
    recording = Recording.load(path)

    assert recording.status == "Completed"
    assert_replays(WORKFLOWS[recording.name], recording)


@pytest.mark.parametrize(
    "name",
    [
        "window_all_found",
        "window_late_events",
        "window_found_at_once",
        "window_amended",
        "window_cleared_by_name",
        "window_small_amended",
        "reanalysis_done",
        "trial_done",
        "trial_sampled",
    ],
)
def test_a_changed_order_of_completions_gives_the_same_result(name: str):
    recording = Recording.load(HISTORIES / f"{name}.json")  # a campaign does one thing at a time: it has no order

    assert_order_does_not_matter(WORKFLOWS[recording.name], recording, orders=6)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_what_the_engine_records_today_replays_too(name: str, tmp_path: Path):
    path = tmp_path / "recording.json"
    path.write_bytes(await record(name))

    recording = Recording.load(path)

    assert_replays(WORKFLOWS[recording.name], recording)
