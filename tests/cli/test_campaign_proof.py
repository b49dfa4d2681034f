"""A fault that is planted is named by the report: a lost event by its id, a slow minute by its time."""

from datetime import timedelta
from random import Random

import msgspec
import pytest

from cli.campaign_report.files import to_html, to_markdown
from cli.campaign_report.proving import report_of
from cli.campaigns import CampaignState
from fraud.load.latencies import Latencies
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan
from fraud.load.shapes import Tape
from tests.reconciliation.world import START, World, event

EVENTS = 60
PLAN = CampaignPlan(stages=[])
STATE = CampaignState(
    id="campaign-x",
    phase="completed",
    started=START,
    updated=START + timedelta(minutes=30),
    totals=MixTotals(sent=EVENTS),
    plan=PLAN,
    planned=EVENTS,
)


@pytest.fixture
def world() -> World:
    """An archive of half an hour in which every tenth event is flagged."""
    random = Random(7)
    moments = [START + timedelta(seconds=1 + 30 * number) for number in range(EVENTS)]
    return World.of([event(random, moment, flagged=number % 10 == 3) for number, moment in enumerate(moments)])


def latencies(slow_minute: int | None = None) -> Latencies:
    """Of an event every 30 s, with those of a minute ten times as slow."""
    seconds = [30.0 if number // 2 == slow_minute else 3.0 for number in range(EVENTS)]
    events = [(START + timedelta(seconds=30 * number), latency) for number, latency in enumerate(seconds)]
    return Latencies.of(events, [(START + timedelta(minutes=5), 4.0)], sample=1, from_due=True)


def test_a_campaign_of_which_nothing_is_missing_balances(world: World):
    report = report_of(STATE, world.reconcile(), latencies())

    assert (report.balanced, report.outcome.lost, report.outcome.differences) == (True, 0, [])
    assert (report.outcome.captured, report.outcome.flagged, report.outcome.analysed) == (EVENTS, 6, 6)


@pytest.mark.parametrize("place", ["documents", "suspicious", "verdicts"])
def test_a_planted_loss_is_named_by_its_id_and_the_report_does_not_hold(world: World, place: str):
    (lost, *_) = (event for event in world.events if event.flagged)
    if place == "documents":
        world.documents = [document for document in world.documents if document.id != lost.id]
    elif place == "suspicious":
        for row in world.suspicious:
            row["ids"] = [name for name in row["ids"] if name != lost.id]
        world.verdicts = [verdict for verdict in world.verdicts if verdict["event_id"] != lost.id]
    else:
        world.verdicts = [verdict for verdict in world.verdicts if verdict["event_id"] != lost.id]

    report = report_of(STATE, world.reconcile(), latencies())

    assert (report.balanced, report.held) == (False, False)
    assert report.outcome.lost >= 1
    assert lost.id in {name for difference in report.outcome.differences for name in difference.ids}
    assert lost.id in to_markdown(report)
    assert lost.id in to_html(report)


def test_a_campaign_that_uses_ids_again_does_not_balance_before_all_of_it_is_compared(world: World):
    state = msgspec.structs.replace(STATE, totals=MixTotals(sent=EVENTS, reused_ids=1))
    whole = msgspec.structs.replace(world.reconcile(), verdict="differences")
    part = msgspec.structs.replace(whole, compared_until=START + timedelta(minutes=25))

    assert report_of(state, whole, latencies()).balanced
    assert not report_of(state, part, latencies()).balanced


@pytest.mark.parametrize("reused", [0, 8])
def test_ids_that_a_tape_uses_again_are_on_purpose_and_others_are_not(world: World, reused: int):
    tape = Tape(length="1m", tape="0" * 16, per="1m", counts=[EVENTS], reused_ids=reused)
    state = msgspec.structs.replace(STATE, plan=CampaignPlan(stages=[tape]))
    report = world.reconcile()
    accounts = msgspec.structs.replace(report.accounts, id_reused=8)
    with_reused = msgspec.structs.replace(report, verdict="differences", accounts=accounts)

    assert report_of(state, with_reused, latencies()).balanced == bool(reused)


def test_a_planted_slow_minute_is_named_by_its_time(world: World):
    report = report_of(STATE, world.reconcile(), latencies(slow_minute=17))

    assert report.latencies.worst_send_to_archive == START + timedelta(minutes=17)
    assert "2026-01-02 10:17Z" in to_markdown(report)
    assert "2026-01-02 10:17" in to_html(report)
