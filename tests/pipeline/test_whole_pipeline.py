"""The whole pipeline in one stack: as a person runs it, and with its host killed in mid-campaign.

`test_pipeline_under_kills` kills every part, more often. These load both cores, so they stay in one file: parallel test
runs keep a file together.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.app_client import AppClient
from cli.demo import Plan, settle, start
from cli.stack_process import ROOT, running_stack
from tests.pipeline.parts import START_SECONDS, kill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLAN = Plan(batches=40, events=30, interval_seconds=5, seed=7, speed=60)
CAMPAIGN_SECONDS = PLAN.batches * PLAN.interval_seconds / PLAN.speed


def test_the_accounts_balance_although_the_functions_host_is_killed(tmp_path: Path):
    with running_stack(tmp_path / "state", PLAN.speed, print, tmp_path / "local.settings.json") as stack:
        app = AppClient(stack.url, patience=START_SECONDS)
        campaign_id = start(app, PLAN)
        time.sleep(CAMPAIGN_SECONDS / 2)
        kill(stack.pid, "local_azure.functions_host")
        accounts, _ = settle(app, PLAN, campaign_id)

    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts


def test_the_demo_balances_and_says_so():
    environment = {**os.environ, "BATCHES": "40", "SEED": "3"}
    demo = subprocess.run(
        [sys.executable, "-m", "cli", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Balanced" in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 80

    summary = json.loads((ROOT / ".local" / "demo" / "summary.json").read_text())
    assert summary["sent"] == summary["captured"] == summary["archived"] == 40 * 30
    assert summary["expected"] == summary["suspicious"] == summary["analysed"] > 0
    assert summary["verdict"] == "balanced"
    report = json.loads((ROOT / ".local" / "demo" / "report.json").read_text())
    (campaign,) = report["campaigns"]
    assert (campaign["run_id"], campaign["sent"], campaign["lost"]) == ("campaign-demo", 40 * 30, 0)
    assert (campaign["recall"], campaign["precision"]) == (1, 1)
    assert (ROOT / ".local" / "demo" / "report.html").read_text().startswith("<!doctype html>")
