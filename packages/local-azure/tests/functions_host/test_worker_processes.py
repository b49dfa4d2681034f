"""More than one worker process: durable functions spread over them, and each of them may die."""

import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.functions_host.hosting import APPS, Host, ended, host, refusal, until

pytestmark = pytest.mark.slow
APP = APPS / "worker_processes"
SETTINGS = {"FUNCTIONS_WORKER_PROCESS_COUNT": "3"}
START_SECONDS = 40
"""The longest that a busy machine takes to start three processes."""


@pytest.fixture
def running(state: Path) -> Generator[Host]:
    with host(APP, state, SETTINGS) as running:
        until(lambda: len(processes(running)) == 3, START_SECONDS)
        yield running


def processes(running: Host) -> set[int]:
    """The processes in which activities run that are begun together."""
    return set(output(start(running, "in_processes", 12)))


def start(running: Host, orchestrator: str, value: Any) -> dict[str, str]:
    answer = requests.post(f"{running.base}/api/start/{orchestrator}", json=value, timeout=10)
    assert answer.status_code == 202, answer.text
    return answer.json()


def output(urls: dict[str, str]) -> Any:
    status = ended(urls)
    assert status["runtimeStatus"] == "Completed", status
    return status["output"]


def is_alive(process: int) -> bool:
    """False for one that has ended and that nobody has asked for its exit code."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def began(folder: Path) -> dict[int, int]:
    """By number of the activity, the process in which it began last."""
    files = sorted(folder.glob("began-*"), key=lambda file: file.stat().st_mtime_ns)
    return {int(number): int(process) for _, number, process in (file.name.split("-") for file in files)}


def test_durable_functions_run_in_all_of_them_and_the_triggers_in_the_hosts_own(running: Host):
    assert running.part.pid in processes(running)
    of_http = {int(requests.get(f"{running.base}/api/process", timeout=10).text) for _ in range(10)}
    assert of_http == {running.part.pid}


def test_a_failure_reads_the_same_wherever_it_happens(running: Host):
    messages = output(start(running, "failing", 12))
    assert len(messages) == 12
    assert len({*messages}) == 1
    assert "ValueError: no stock" in messages[0]


def test_the_state_of_an_entity_is_one(running: Host):
    countings = [start(running, "counting", 5) for _ in range(6)]
    assert max(output(counting) for counting in countings) == 30


def test_what_a_killed_process_had_begun_is_run_again_and_another_takes_its_place(running: Host, tmp_path: Path):
    before = until(lambda: len(at_work := processes(running)) == 3 and at_work, START_SECONDS)
    waiting = start(running, "in_turns", str(tmp_path))
    at = until(lambda: len(by_number := began(tmp_path)) == 2 and by_number)
    killed = next(process for process in at.values() if process != running.part.pid)
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in began(tmp_path).values())
    (tmp_path / "go-on").touch()
    assert output(waiting) == [0, 1]
    assert not [*tmp_path.glob(f"ended-*-{killed}")]
    assert f"worker process {killed} ended with -9" in running.log
    now = until(lambda: len(at_work := processes(running)) == 3 and at_work, START_SECONDS)
    assert killed not in now
    assert len(now - before) == 1


def test_none_outlives_a_host_that_is_killed(running: Host):
    others = processes(running) - {running.part.pid}
    running.part.kill()
    until(lambda: not [process for process in others if is_alive(process)])


def test_a_host_that_stops_waits_for_what_runs_in_them(state: Path, tmp_path: Path):
    with host(APP, state, SETTINGS) as first:
        until(lambda: len(processes(first)) == 3, START_SECONDS)
        start(first, "in_turns", str(tmp_path))
        until(lambda: len(began(tmp_path)) == 2)
        others = set(began(tmp_path).values()) - {first.part.pid}
        assert others
        os.kill(first.part.pid, signal.SIGTERM)
        for process in others:  # As a terminal tells all of them of its Ctrl+C.
            os.kill(process, signal.SIGINT)
        (tmp_path / "go-on").touch()
        until(lambda: len([*tmp_path.glob("ended-*")]) == 2)
        until(lambda: not [process for process in others if is_alive(process)])


@pytest.mark.parametrize("count", ["0", "11", "two", ""])
def test_a_number_that_azure_does_not_have_is_refused(state: Path, count: str):
    assert "must be a whole number from 1 to 10" in refusal(APP, state, FUNCTIONS_WORKER_PROCESS_COUNT=count)
