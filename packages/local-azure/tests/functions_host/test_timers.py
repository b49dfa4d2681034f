"""Timer functions, run by a clock in which an hour passes in 0.9 s."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from local_azure.core.clock import SETTING, Clock
from tests.functions_host.hosting import APPS, host, journal, until

pytestmark = pytest.mark.slow
SPEED = 4_000.0


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    now = datetime.now(UTC).timestamp()
    morning = datetime(2026, 11, 23, 9, 45, tzinfo=UTC).timestamp()
    clock = Clock(now, morning, SPEED)
    return {"JOURNAL": str(tmp_path / "journal"), "HOURLY": "0 0 * * * *", SETTING: clock.setting()}


def hour(run: dict[str, Any]) -> int:
    """The hour for which a run was planned."""
    return int(run["next"][11:13])


def in_a_row(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Three runs of three hours: a host that stands still for a second meanwhile runs once for what it has missed."""
    for first in range(len(runs) - 2):
        three = runs[first : first + 3]
        if [(hour(run) - hour(three[0])) % 24 for run in three] == [0, 1, 2]:
            return three
    return []


def test_timers_run_by_azures_clock(settings: dict[str, str], state: Path, tmp_path: Path):
    with host(APPS / "timers", state, settings):
        three = until(lambda: in_a_row(journal(tmp_path / "journal", "hourly")))
    hourly = journal(tmp_path / "journal", "hourly")
    assert {run["next"][14:19] for run in hourly} == {"00:00"}
    assert len({run["next"] for run in hourly}) == len(hourly)
    assert hourly[0]["last"].startswith("0001-01-01")
    assert [run["last"][:13] for run in three[1:]] == [run["next"][:13] for run in three[:2]]
    assert not any(run["past_due"] for run in hourly)
    assert len(journal(tmp_path / "journal", "every_half_hour")) >= 3


def test_a_run_on_startup_happens_once(settings: dict[str, str], state: Path, tmp_path: Path):
    with host(APPS / "timers", state, settings):
        until(lambda: journal(tmp_path / "journal", "hourly"))
    assert journal(tmp_path / "journal", "at_start") == [{"function": "at_start", "past_due": False}]


def test_a_run_that_was_missed_is_made_up_for(settings: dict[str, str], state: Path, tmp_path: Path):
    with host(APPS / "timers", state, settings) as killed:
        until(lambda: journal(tmp_path / "journal", "hourly"))
        killed.part.kill()
        before = len(journal(tmp_path / "journal", "hourly"))
    clock = Clock(*map(float, settings[SETTING].split(",")))
    missed = clock.now() + timedelta(hours=1)
    until(lambda: clock.now() > missed)
    with host(APPS / "timers", state, settings) as late:
        runs = until(lambda: journal(tmp_path / "journal", "hourly")[before:])
        assert runs[0]["past_due"]
        assert "missed" in late.log


def test_a_timer_runs_by_hand_with_its_retries(settings: dict[str, str], state: Path, tmp_path: Path):
    with host(APPS / "timers", state, settings) as running:
        answer = requests.post(running.base + "/admin/functions/by_hand", json={"input": ""}, timeout=30)
        assert answer.status_code == 202
        until(lambda: len(journal(tmp_path / "journal", "by_hand")) == 3)
    assert [run["attempt"] for run in journal(tmp_path / "journal", "by_hand")] == [0, 1, 2]
