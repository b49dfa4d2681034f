"""The ceiling: the rate is raised until the plan does not hold, and the part that was slow is named."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from cli.campaign_ceiling import bound_of, busiest_of, find_ceiling, scaled
from cli.campaign_report.costing import cost_of, peak_of
from fraud.load.latencies import Latencies
from fraud.load.plan import CampaignPlan, problems
from fraud.load.report import AssertionCheck, CampaignReport
from tests.cli.test_campaign_cost import AFTER, BEFORE, STATE
from tests.cli.test_campaign_report import SENDING, report_of

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
STAGES = [
    {"shape": "ramp", "from": 0, "to": 20, "for": "1m"},
    {"shape": "steps", "rates": [5, 10], "for": "1m"},
    {"shape": "sine", "rate": 10, "swing": 5, "every": "1m", "for": "1m"},
    {"shape": "spike", "base": 1, "peak": 30, "at": "10s", "lasts": "10s", "for": "1m"},
    {"shape": "burst", "rate": 20, "base": 1, "every": "20s", "lasts": "5s", "for": "1m"},
]
PLAN = msgspec.convert({"name": "x", "stages": STAGES}, CampaignPlan)


class Pipeline:
    """A pipeline that holds up to some rate; `tried` has the rates that it was given."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.tried: list[float] = []

    def run(self, plan: CampaignPlan) -> CampaignReport:
        rate = peak_of(plan)
        self.tried.append(rate)
        holds = rate <= self.most
        check = AssertionCheck(name="behind", bound=5, value=0 if holds else 99, unit="s", at_least=False, holds=holds)
        return msgspec.structs.replace(report_of(), checks=[check], held=holds)


@pytest.mark.parametrize("factor", [1, 2.5, 64])
def test_every_rate_of_a_plan_is_raised_and_the_plan_can_still_be_sent(factor: float):
    faster = scaled(PLAN, factor)

    assert problems(faster) == []
    assert faster.schedule.total == pytest.approx(factor * PLAN.schedule.total, rel=0.01)
    assert peak_of(faster) == pytest.approx(30 * factor)
    assert faster.name == f"x-x{factor:g}".replace(".", "-")


@pytest.mark.parametrize("most", [31, 100, 333, 1_000])
def test_the_ceiling_lies_between_what_held_and_what_did_not(most: float):
    pipeline = Pipeline(most)

    ceiling = find_ceiling(PLAN, pipeline.run, 64, halvings=4)

    assert ceiling.held is not None
    assert ceiling.failed is not None
    assert ceiling.held <= most < ceiling.failed
    assert ceiling.failed - ceiling.held <= ceiling.held / 8
    assert ceiling.reasons == ["behind is 99s, must be at most 5s"]


def test_a_pipeline_that_is_never_the_bound_or_always():
    assert find_ceiling(PLAN, Pipeline(1e9).run, 8, halvings=3).failed is None
    pipeline = Pipeline(1)
    assert find_ceiling(PLAN, pipeline.run, 8, halvings=3).held is None
    assert pipeline.tried == [30]


def report_with(archive: float, verdict: float, **sending: Any) -> CampaignReport:
    latencies = Latencies.of([(START, archive)], [(START + timedelta(minutes=5), verdict)], sample=1, from_due=True)
    return report_of(sending=msgspec.structs.replace(SENDING, **sending), latencies=latencies)


def test_the_busiest_part_is_named_where_that_is_known():
    cost = cost_of(STATE, BEFORE, AFTER)

    assert busiest_of(msgspec.structs.replace(report_of(), cost=cost)).startswith(
        "cosmos, 0.90 cores; all parts 1.80 of "
    )
    assert busiest_of(msgspec.structs.replace(report_of(), cost=cost_of(STATE, None, None))) == ""
    assert busiest_of(report_of()) == ""


@pytest.mark.parametrize(
    ("report", "part"),
    [
        (report_with(5, 5, throttled=3, most_behind_seconds=60), "the hub, which refused 3 times"),
        (report_with(50, 5, most_behind_seconds=60), "sending, which was 60 s behind"),
        (report_with(50, 5), "the archiver and Cosmos"),
        (report_with(5, 50), "window analysis"),
    ],
)
def test_the_first_part_on_the_way_that_is_slow_is_the_bound(report: CampaignReport, part: str):
    assert part in bound_of(report)
