"""The whole pipeline with each part killed three times in mid-campaign, and with all of them killed at once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.app_client import AppClient
from cli.demo import DemoPlan, settle, start
from cli.stack_process import running_stack
from tests.pipeline.parts import START_SECONDS, kill, kill_everything

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(300)]

KILLS = 3
KILLS_OF_ALL = 2
PLAN = DemoPlan(batches=120, events=30, interval_seconds=5, seed=7, speed=60)
WORKER = "local_azure.functions_host.workers"
"""The host has such processes if it is told to have more than one."""
CAMPAIGN_SECONDS = PLAN.batches * PLAN.interval_seconds / PLAN.speed


def in_the_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "part",
    [
        "local_azure.functions_host",
        WORKER,
        "local_azure.amqp",
        "local_azure.cosmos",
        "local_azure.stream_analytics",
        # Node itself: killed with the part that started it, it would still save.
        "azurite/dist/src/blob/main.js",
    ],
)
def test_the_accounts_balance_although_a_part_is_killed_three_times(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if part == WORKER:
        monkeypatch.setenv("FUNCTIONS_WORKER_PROCESS_COUNT", "2")
    settings = tmp_path / "local.settings.json"
    with running_stack(tmp_path / "state", PLAN.speed, print, settings) as stack:
        killed: list[int] = []

        def kill_now_and_then() -> None:
            for _ in range(KILLS):
                time.sleep(CAMPAIGN_SECONDS / (KILLS + 1))
                killed.append(kill(stack.pid, part))

        killer = in_the_background(kill_now_and_then)
        app = AppClient(stack.url, patience=START_SECONDS)
        accounts, _ = settle(app, PLAN, start(app, PLAN))
        killer.join()

    assert len(set(killed)) == KILLS
    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts


def test_the_accounts_balance_although_every_process_is_killed_at_once(tmp_path: Path):
    state, settings = tmp_path / "state", tmp_path / "local.settings.json"
    campaign_id = ""
    for _ in range(KILLS_OF_ALL):
        with running_stack(state, PLAN.speed, print, settings) as stack:
            campaign_id = campaign_id or start(AppClient(stack.url, patience=START_SECONDS), PLAN)
            time.sleep(CAMPAIGN_SECONDS / (KILLS_OF_ALL + 1))
            kill_everything(stack.pid)
    with running_stack(state, PLAN.speed, print, settings) as stack:
        accounts, _ = settle(AppClient(stack.url, patience=START_SECONDS), PLAN, campaign_id)

    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts
