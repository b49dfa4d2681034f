"""The cost of a campaign: by part from two looks, and a bill whose prices are those of docs/azure.md."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from cli import app_client
from cli.app_client import AppClient
from cli.campaign_report.bill import PRICES, size_for
from cli.campaign_report.costing import cost_of, keep_before, read_before
from cli.campaign_report.figures import Count, StackFigures, Usage, look
from cli.campaign_report.files import to_html, to_json, to_markdown
from cli.campaign_report.rows import asked_rows, bill_rows
from cli.campaign_report.showing import show_report
from cli.campaigns import CampaignState
from fraud.load.costs import AskedOperations, BillRow
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan
from tests.cli.test_campaign_report import report_of

ROOT = Path(__file__).parents[2]
START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
PLAN = msgspec.convert({"stages": [{"shape": "constant", "rate": 500, "for": "1h"}]}, CampaignPlan)
STATE = CampaignState(
    id="campaign-x",
    phase="completed",
    started=START,
    updated=START + timedelta(hours=1),
    totals=MixTotals(sent=1_800_000),
    plan=PLAN,
)
MIB = 2**20
BEFORE = StackFigures(
    at=1_000.0,
    parts={"cosmos": Usage(cpu_seconds=5, memory_bytes=50 * MIB, kept_bytes=MIB, starts=1)},
    counts={"cosmos": [Count("fraud/events", "batch", 10, 100.0)]},
)
AFTER = StackFigures(
    at=1_100.0,
    parts={
        "cosmos": Usage(cpu_seconds=95, memory_bytes=60 * MIB, kept_bytes=901 * MIB, starts=1),
        "functions": Usage(cpu_seconds=90, memory_bytes=140 * MIB, peak_memory_bytes=150 * MIB, starts=2),
    },
    counts={
        "cosmos": [Count("fraud/events", "batch", 18_010, 14_400_100.0)],
        "azurite": [Count("all-events", "PUT blob", 9_000, 1e9), Count("reports", "GET blob", 1_000, 0)],
        "functions": [Count("eventHubTrigger", "archive-events", 6_000, 500.0)],
    },
)


def test_the_cost_of_each_part_is_the_difference_of_two_looks():
    cost = cost_of(STATE, BEFORE, AFTER)

    parts = {part.name: part for part in cost.parts}
    assert (parts["cosmos"].cpu_seconds, parts["cosmos"].more_memory_bytes) == (90, 10 * MIB)
    assert (parts["functions"].cpu_seconds, parts["functions"].starts) == (90, 2)
    assert cost.cores == pytest.approx(1.8)
    assert cost.per_million(90) == 50
    assert [(row.part, row.name, row.count, row.units) for row in cost.asked] == [
        ("azurite", "PUT blob", 9_000, 1e9),
        ("azurite", "GET blob", 1_000, 0),
        ("cosmos", "batch", 18_000, 14_400_000.0),
        ("functions", "archive-events", 6_000, 500.0),
    ]


def test_the_bill_is_the_time_at_the_rates_of_a_size_and_what_was_used():
    cost = cost_of(STATE, BEFORE, AFTER)

    rows = {row.name: row for row in cost.bill}
    assert cost.size == "demo"
    assert cost.request_units == 14_400_000
    assert rows["throughput units"].usd == pytest.approx(0.03)
    assert rows["request units, serverless"].usd == pytest.approx(14.4 * 0.25)
    assert rows["events taken in"].usd == pytest.approx(1.8 * 0.028)
    assert rows["blob writes and lists"].usd == pytest.approx(0.9 * 0.05)
    assert rows["30 days in Cosmos"].usd == pytest.approx(900 * MIB / 1e9 * 0.25, abs=1e-5)
    assert cost.usd == pytest.approx(sum(row.usd for row in cost.bill), abs=1e-5)


def test_a_scaling_archive_is_billed_by_its_highest_second():
    plan = msgspec.convert({"stages": [{"shape": "ramp", "from": 0, "to": 1_000, "for": "1h"}]}, CampaignPlan)
    cost = cost_of(msgspec.structs.replace(STATE, plan=plan), BEFORE, AFTER)

    (row,) = (row for row in cost.bill if row.name == "request units, scaling")
    assert cost.size == "1k"
    assert row.quantity == pytest.approx((14_400_000 / 3_600 * 2 + 100) / 100, rel=0.01)


def test_of_an_app_elsewhere_it_is_said_what_is_not_known():
    cost = cost_of(STATE, None, None)

    assert (cost.parts, cost.asked, cost.request_units, cost.cores) == ([], [], None, None)
    assert "are not known" in cost.notes[0]
    (row,) = (row for row in cost.bill if row.name.startswith("request units"))
    assert row.basis == "assumed: 8 for each event"
    assert row.usd == pytest.approx(1.8 * 8 * 0.25)


def test_the_prices_are_those_of_the_page():
    page = (ROOT / "docs" / "azure.md").read_text()
    linked = {float(text) for text in re.findall(r"\[(\d+\.\d+)\]\(https://azure\.microsoft\.com/pricing/", page)}

    assert set(PRICES.values()) <= linked


@pytest.mark.parametrize(("peak", "size"), [(1, "demo"), (601, "1k"), (5_000, "5k"), (1e6, "10k")])
def test_the_size_is_the_smallest_that_bears_the_highest_rate(peak: float, size: str):
    assert size_for(peak)[0] == size


def test_every_format_has_the_cost(capsys: pytest.CaptureFixture[str]):
    cost = cost_of(STATE, BEFORE, AFTER)
    report = msgspec.structs.replace(report_of(), cost=cost)
    show_report(report)
    screen = capsys.readouterr().out
    texts = {"screen": screen, "html": to_html(report), "md": to_markdown(report), "json": to_json(report)}

    for name, text in texts.items():
        assert "functions" in text, name
        assert f"{cost.usd:,.4f}" in text or str(cost.usd) in text, name
    for name in ("html", "md", "json"):
        assert "fraud/events" in texts[name], name
    assert max(map(len, screen.splitlines())) <= 80


def test_the_bill_says_its_quantities_without_exponents_and_reads_without_bytes():
    kinds = [
        BillRow(name=name, quantity=quantity, unit=unit, price=1, usd=1, basis="counted here")
        for name, quantity, unit in (("instances", 12_280.4, "GB seconds"), ("blob reads", 0.0263, "times 10,000"))
    ]
    asked = [
        AskedOperations(part="azurite", resource="blob", name=name, count=263, units=units)
        for name, units in (("GET", 0.0), ("PUT", 4_096.0))
    ]
    cost = msgspec.structs.replace(cost_of(STATE, BEFORE, AFTER), bill=kinds, asked=asked)
    report = msgspec.structs.replace(report_of(), cost=cost)

    assert [row.name for row in bill_rows(report)] == [
        "instances, 12,280 GB seconds (counted here)",
        "blob reads, 0.0263 times 10,000 (counted here)",
    ]
    assert [row.value for row in asked_rows(report)] == ["263", "263, 4,096 bytes"]


def test_only_the_parts_of_this_clone_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = tmp_path / "stack" / "local.settings.json"
    settings.parent.mkdir()
    settings.write_text('{"Host": {"LocalHttpPort": 7071}}')
    monkeypatch.setattr(app_client, "LOCAL_SETTINGS", settings)
    (tmp_path / "parts.json").write_bytes(msgspec.json.encode(AFTER.parts))
    (tmp_path / "cosmos.json").write_bytes(msgspec.json.encode(AFTER.counts["cosmos"]))
    here = AppClient("http://127.0.0.1:7071")

    figures = look(here, tmp_path)

    assert figures is not None
    assert (figures.parts, list(figures.counts)) == (AFTER.parts, ["cosmos"])
    assert look(AppClient("https://app.example"), tmp_path) is None
    assert look(here, tmp_path / "absent") is None


def test_the_look_before_a_campaign_is_kept_for_a_later_report(tmp_path: Path):
    keep_before(tmp_path / "x", BEFORE)
    assert read_before(tmp_path / "x") == BEFORE

    keep_before(tmp_path / "x", None)
    assert read_before(tmp_path / "x") is None
