"""The whole pipeline in one stack: as a person runs it, and with its host killed in mid-campaign.

`test_pipeline_under_kills` kills every part, more often. These load both cores, so they stay in one file: parallel test
runs keep a file together.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from cli.app_client import AppClient
from cli.demo import DemoPlan, settle, start
from cli.demo.finding import FoundByScenario
from cli.demo.running import FOLDER
from cli.stack_process import ROOT, running_stack
from tests.pipeline.parts import START_SECONDS, kill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLAN = DemoPlan(batches=40, events=30, interval_seconds=5, seed=7, speed=60)
CAMPAIGN_SECONDS = PLAN.batches * PLAN.interval_seconds / PLAN.speed


@pytest.mark.proof
def test_the_accounts_balance_although_the_functions_host_is_killed(tmp_path: Path):
    with running_stack(tmp_path / "state", PLAN.speed, print, tmp_path / "local.settings.json") as stack:
        app = AppClient(stack.url, patience=START_SECONDS)
        campaign_id = start(app, PLAN)
        time.sleep(CAMPAIGN_SECONDS / 2)
        kill(stack.pid, "local_azure.functions_host")
        accounts, _ = settle(app, PLAN, campaign_id)

    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts


def test_an_evening_of_a_labelled_world_balances_and_its_worst_case_is_a_ring():
    demo = subprocess.run(
        [sys.executable, "-m", "cli", "demo"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ("BATCHES", "EVENTS", "SEED")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Balanced" in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 80, demo.stdout

    summary = json.loads((FOLDER / "summary.json").read_text())
    assert summary["sent"] == summary["captured"] == summary["archived"] > 1_000
    assert summary["must_be_flagged"] == summary["expected"] == summary["suspicious"] == summary["analysed"] > 50
    report = json.loads((FOLDER / "report.json").read_text())
    assert (report["balanced"], report["gaps"], report["faults"]) == (True, [], [])
    assert (FOLDER / "report.html").read_text().startswith("<!doctype html>")

    finding = msgspec.json.decode((FOLDER / "found.json").read_bytes(), type=FoundByScenario)
    assert len(finding.scenarios) >= 5
    assert (finding.share_found("high", "medium") or 0) > 0.7, finding
    assert (finding.share_of_fraud("high") or 0) > 0.5, finding
    assert 0 < finding.never_flagged < finding.fraud_sales
    worst = demo.stdout.partition("The worst case\n")[2]
    assert re.match(r"  \d+ accounts, ", worst), worst
    (scenarios,) = re.findall(r"by its labels: (.*)", worst)
    rings = {its.scenario.replace("_", " ") for its in finding.scenarios if its.rings_found and its.sales > 1}
    assert set(scenarios.split(", ")) <= rings, worst
    assert "2 days" in demo.stdout, "the past was profiled"
