"""A stack that asks for keys: the accounts of a campaign balance, and a stream job that stands is told."""

import os
import re
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from cli.app_client import AppClient, local_key
from cli.demo import DemoPlan, settle, start
from cli.stack_process import ROOT, running_stack
from tests.pipeline.parts import START_SECONDS, process_of

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(300)]

SECONDS = 90
PLAN = DemoPlan(batches=12, events=30, interval_seconds=5, seed=11, speed=60)


def keyed_config(folder: Path) -> Path:
    """This app's configuration, from another folder, with keys."""
    text = (ROOT / "local-azure.toml").read_text()
    text = re.sub(r'"((?:infra|local|stream_analytics)/[^"]+)"', lambda path: f'"{ROOT / path[1]}"', text)
    file = folder / "local-azure.toml"
    file.write_text(text.replace("[functions]", f'[functions]\nkeys = true\napp = "{ROOT}"', 1))
    return file


def stream_job(app: AppClient) -> str | None:
    """The state of the check of the stream job, as `detective health` shows it; None if a look took too long."""
    return next((check["state"] for check in app.health().get("pipeline", []) if check["name"] == "stream_job"), None)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(1)


def see_a_standing_job(app: AppClient, job: int, log: Path) -> None:
    """Stop the process of the job, and let it go on."""
    os.kill(job, signal.SIGSTOP)
    try:
        app.post("store-events-producer-fn", {"count": 300})
        until(lambda: stream_job(app) not in ("ok", None))
        until(lambda: "event=pipeline_notice check=stream_job kind=raised" in log.read_text())
    finally:
        os.kill(job, signal.SIGCONT)
    until(lambda: stream_job(app) == "ok")
    until(lambda: "event=pipeline_notice check=stream_job kind=recovered" in log.read_text())


def test_a_stack_that_asks_for_keys_balances_and_tells_of_a_job_that_stands(tmp_path: Path):
    state, settings = tmp_path / "state", tmp_path / "local.settings.json"
    with running_stack(state, PLAN.speed, print, settings, keyed_config(tmp_path)) as stack:
        assert requests.get(f"{stack.url}/api/reconciliations", timeout=30).status_code == 401
        key = local_key(stack.settings)
        app = AppClient(stack.url, key, patience=START_SECONDS)
        accounts, _ = settle(app, PLAN, start(app, PLAN))
        see_a_standing_job(app, process_of(stack.pid, "local_azure.stream_analytics"), state / "logs" / "functions.log")

    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts
    assert key
    private = [file for file in (state, settings, *state.rglob("*")) if not stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert len(private) == 2 + len(list(state.rglob("*")))
    assert not [file for file in state.glob("logs/*") if key in file.read_text(errors="replace")]
