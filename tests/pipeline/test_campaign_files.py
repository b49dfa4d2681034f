"""The example campaigns on the whole pipeline, each in a short version."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli import campaigns
from cli.app_client import AppClient
from cli.campaign_files import read_plan
from cli.campaign_report.proving import prove
from cli.campaign_tapes import hand_over, play
from cli.stack_process import ROOT, Stack, running_stack
from fraud.load.mix import Mix
from fraud.load.plan import CampaignPlan, problems
from fraud.load.report import CampaignReport
from fraud.load.shapes import Constant, World
from fraud.load.values import seconds_of
from tests.pipeline.parts import START_SECONDS, kill

PARTS = (
    "local_azure.stream_analytics", "local_azure.cosmos", "azurite/dist/src/blob/main.js", "local_azure.amqp",
    "local_azure.functions_host",
)  # fmt: skip
"""In the order in which they are killed: the last two are those without which a campaign does not go on."""
SPEED = 60
SPEED_OF_UNIT = 4
"""A throughput unit takes 1 MB in a second of Azure: no machine sends more than that at SPEED."""
LARGE = Constant(rate=10, length="10s", mix=Mix(oversized=1, oversized_bytes=200_000))
"""Twice of what a throughput unit takes."""
SPEED_OF_KILLS = 20
"""A campaign of 300 seconds takes a quarter of a minute."""
FIRST_KILL, BETWEEN_KILLS = 0.05, 0.15
"""Shares of a campaign's events: the last of five parts is killed before two thirds were sent."""
BACK_SECONDS = 240.0
"""The longest that a killed part is away on a busy machine; without its blobs the app tells nothing of a campaign."""
PATIENCE_AFTER_KILLS = timedelta(hours=2)
"""Six minutes of real time: what a host that was killed had locked comes again after one of them."""
EXAMPLES = sorted((ROOT / "campaigns").glob("*.yaml"))
LONG = ("ramp", "soak", "spike")
"""They differ from `smoke` in their rates alone: `make trust` runs them."""
_LENGTHS = ("for", "start", "every", "lasts", "at")


def in_time(file: Path, seconds: float) -> CampaignPlan:
    """The plan of a file in so much time at the same rates, without bounds on latencies: those are of real time."""
    plan = read_plan(file)
    content: dict[str, Any] = msgspec.to_builtins(plan)
    factor = seconds / plan.schedule.seconds
    for stage in content["stages"]:
        stage |= {name: f"{seconds_of(stage[name]) * factor:.3f}s" for name in _LENGTHS if stage.get(name)}
    content["assert"] = {name: bound for name, bound in content["assert"].items() if not isinstance(bound, str)}
    short = msgspec.convert(content, CampaignPlan)
    assert problems(short) == []
    return short


def start(app: AppClient, plan: CampaignPlan) -> str:
    """Start a plan, with the tapes of the worlds that it plays; its instance id."""
    played = play(plan, ROOT / "campaigns")
    hand_over(app, played.tapes)
    return campaigns.start(app, msgspec.to_builtins(played.plan))


def proven(
    app: AppClient, campaign_id: str, plan: CampaignPlan, patience: timedelta = timedelta(minutes=20)
) -> CampaignReport:
    state = campaigns.watch(app, campaign_id, lambda _: None)
    worlds = [stage for stage in plan.stages if isinstance(stage, World)]
    return prove(app, state, patience, print, worlds)


def assert_proves(report: CampaignReport, plan: CampaignPlan) -> None:
    """The report has every event of the plan, and holds."""
    assert report.held, report
    assert report.sending.accepted == report.sending.planned == play(plan, ROOT).plan.schedule.total
    assert report.outcome.lost == report.outcome.doubled == 0
    assert report.outcome.recall in (1, None)
    assert (report.fraud is not None) == bool(plan.played)
    latencies = report.latencies
    assert latencies.send_to_archive
    assert (latencies.send_to_window is not None) == (report.outcome.expected > 0)
    assert latencies.worst_send_to_archive in {minute.start for minute in latencies.minutes}


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(300)
def test_the_command_line_runs_a_file_and_its_report_decides_the_exit_code(tmp_path: Path):
    with running_stack(tmp_path / "state", SPEED, print, tmp_path / "local.settings.json") as stack:
        app = AppClient(stack.url, patience=START_SECONDS)

        run = detective(stack, "run", str(ROOT / "campaigns" / "smoke.yaml"), "--out", str(tmp_path / "smoke"))
        hostile = in_time(ROOT / "campaigns" / "hostile.yaml", 60)
        report = proven(app, start(app, hostile), hostile)
        again = detective(stack, "report", "hostile", "--json", "--out", str(tmp_path / "hostile"))
        listed = detective(stack, "list")

    assert run.returncode == 0, run.stdout + run.stderr
    lines = [line for line in run.stdout.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= 80, lines
    smoke = msgspec.json.decode((tmp_path / "smoke" / "report.json").read_bytes(), type=CampaignReport)
    assert (smoke.sending.accepted, smoke.outcome.recall, smoke.outcome.precision) == (600, 1, 1)
    assert "campaign-smoke" in listed.stdout
    assert_proves(report, hostile)
    assert report.sending.totals["malformed"] > 0
    assert report.outcome.quarantined >= report.sending.totals["malformed"]
    # A doubled message that is malformed is twice in quarantine, and no event that was sent again.
    doubled, malformed = report.sending.totals["doubled"], report.sending.totals["malformed"]
    assert report.outcome.resent >= doubled - malformed > 0
    assert again.returncode == 0
    assert json.loads(again.stdout)["sending"]["accepted"] == hostile.schedule.total


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(600)
def test_a_campaign_that_a_throughput_unit_slows_is_proven_to_the_last_event(tmp_path: Path):
    smoke = read_plan(ROOT / "campaigns" / "smoke.yaml")
    plan = msgspec.structs.replace(smoke, name="slowed", stages=[LARGE])
    settings, config = tmp_path / "local.settings.json", with_a_throughput_unit(tmp_path)
    with running_stack(tmp_path / "state", SPEED_OF_UNIT, print, settings, config) as stack:
        app = AppClient(stack.url, patience=START_SECONDS)
        report = proven(app, start(app, plan), plan)
    assert_proves(report, plan)
    assert report.sending.throttled > 0
    # 20 MB take twenty seconds at least, where the plan has ten.
    assert report.sending.most_behind_seconds > 10


def with_a_throughput_unit(folder: Path) -> Path:
    """The stack's file, whose hub has one throughput unit."""
    text = (ROOT / "local-azure.toml").read_text()
    for name in ("infra", "local", "stream_analytics"):
        text = text.replace(f'"{name}/', f'"{ROOT}/{name}/')
    text = text.replace("[functions]", f'[functions]\napp = "{ROOT}"', 1)
    file = folder / "local-azure.toml"
    file.write_text(text.replace("[event-hubs]", "[event-hubs]\nthroughput-units = 1", 1))
    return file


def detective(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "campaign", *arguments, "--url", stack.url]
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def kill_while_sending(app: AppClient, campaign_id: str, stack: Stack, part: str, share: float) -> int:
    """Kill a part once so much of a campaign was sent; its process id. Fails unless more was sent afterwards."""
    while (state := campaigns.look(app, campaign_id)).totals.sent < share * (state.events_planned or 1):
        assert state.phase in ("starting", "sending"), state
        time.sleep(0.05)
    killed = kill(stack.pid, part)
    after = campaigns.look(app, campaign_id)
    # The status is told when a tick begins: of the last one it says that all the others were sent.
    is_sending = after.phase == "sending" and after.batches_sent < after.batches - 1
    assert is_sending, f"{part} was killed when all was sent: {after}"
    return killed


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=[pytest.mark.long] * (file.stem in LONG)) for file in EXAMPLES],
)
def test_every_example_balances_although_each_part_is_killed_while_it_is_sent(file: Path, tmp_path: Path):
    plan = in_time(file, 300)
    with running_stack(tmp_path / "state", SPEED_OF_KILLS, print, tmp_path / "local.settings.json") as stack:
        app = AppClient(stack.url, patience=BACK_SECONDS)
        campaign_id = start(app, plan)
        killed = [
            kill_while_sending(app, campaign_id, stack, part, FIRST_KILL + number * BETWEEN_KILLS)
            for number, part in enumerate(PARTS)
        ]
        assert_proves(proven(app, campaign_id, plan, PATIENCE_AFTER_KILLS), plan)
    assert len(set(killed)) == len(PARTS)
