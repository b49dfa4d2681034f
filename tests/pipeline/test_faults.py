"""Each part is killed in the middle of a campaign, three times, and nothing is lost or counted twice."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.app_client import AppClient
from cli.demo import Plan, settle
from cli.stack_process import running_stack
from tests.pipeline.parts import START_SECONDS, kill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

KILLS = 3
PLAN = Plan(batches=120, events=30, interval_seconds=5, seed=7, speed=60)
CAMPAIGN_SECONDS = PLAN.batches * PLAN.interval_seconds / PLAN.speed


def in_the_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "part",
    ["local_azure.functions_host", "local_azure.amqp", "local_azure.cosmos", "local_azure.stream_analytics"],
)
def test_the_accounts_balance_although_a_part_is_killed_three_times(part: str, tmp_path: Path):
    settings = tmp_path / "local.settings.json"
    with running_stack(tmp_path / "state", PLAN.speed, print, settings) as stack:
        killed: list[int] = []

        def kill_now_and_then() -> None:
            for _ in range(KILLS):
                time.sleep(CAMPAIGN_SECONDS / (KILLS + 1))
                killed.append(kill(stack.pid, part))

        killer = in_the_background(kill_now_and_then)
        accounts, _ = settle(AppClient(stack.url, patience=START_SECONDS), PLAN)
        killer.join()

    assert len(set(killed)) == KILLS
    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts
