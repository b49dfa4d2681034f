"""Recall and precision of a campaign, against what it says itself."""

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.campaigns import Campaign
from fraud.generation import GeneratedEvent, generate_events
from fraud.load.plan import CampaignPlan
from fraud.load.planned import PlannedCampaign
from fraud.load.sent import SentCampaign
from fraud.suspicion import is_suspicious
from reconciliation.comparing import ground_truth
from reconciliation.comparing.ground_truth import CampaignAccount, Truth, measurable
from reconciliation.reading.rows import Kind, RowWriter, all_rows
from tests.reconciliation.rows_in_memory import KEYS

CAMPAIGN = SentCampaign.of_batches(
    Campaign(run_id="campaign-x", batches=6, events_per_batch=50, interval_seconds=5, bad_event_ratio=0.1, seed=3)
)

FIRST, LAST = 100, 110


def batch(number: int) -> list[GeneratedEvent]:
    return list(generate_events("3", number, 50, 0.1, "2026-01-02T10:00:00Z"))


def flagged(events: list[GeneratedEvent]) -> list[str]:
    return [event.id for event in events if is_suspicious(event.event_type, event.discount, event.priority_shipping)]


def measured(
    captured: dict[str, int], judged: dict[str, int], bits: int = 1, campaign: SentCampaign = CAMPAIGN
) -> CampaignAccount | None:
    truth = Truth("campaign-x", [campaign], KEYS, FIRST, LAST)
    for kind, sightings in ((Kind.CAPTURED, captured), (Kind.VERDICT, judged)):
        rows = RowWriter(KEYS)
        rows.add(kind, list(sightings), list(sightings.values()), 1)
        truth.observe(all_rows(rows.encode(bits)))
    return truth.account()


@given(st.integers(0, 2**32), st.integers(0, 3))
@settings(max_examples=30)
def test_recall_and_precision_are_those_of_the_ids(seed: int, bits: int):
    random = Random(seed)
    events = [event for number in range(6) for event in batch(number)]
    must = set(flagged(events))
    lost = {event.id for event in events if random.random() < 0.1}
    judged = {event.id for event in events if random.random() < (0.9 if event.id in must else 0.05)}

    account = measured({event.id: 105 for event in events if event.id not in lost}, dict.fromkeys(judged, 105), bits)

    assert account is not None
    assert (account.sent, account.lost) == (300, len(lost))
    assert account.recall == len(must & judged) / len(must)
    assert account.precision == len(must & judged) / len(judged)


def test_batches_that_arrived_beside_the_range_do_not_count():
    inside, beside = batch(0), batch(1)
    captured = {event.id: 105 for event in inside} | {event.id: 99 for event in beside}
    judged = dict.fromkeys(flagged(inside), 105) | dict.fromkeys(flagged(beside), 99)

    account = measured(captured, judged)

    assert account is not None
    assert (account.sent, account.lost, account.must_be_flagged) == (50, 0, len(flagged(inside)))
    assert (account.recall, account.precision) == (1.0, 1.0)


def test_a_batch_on_the_edge_of_the_range_loses_nothing_to_either_side():
    events = batch(0)
    captured = {event.id: LAST if number < 20 else LAST + 1 for number, event in enumerate(events)}
    # The job and the analysis may have seen in the next window what arrived in the last second of this one.
    judged = {name: captured[name] + 1 for name in flagged(events)}

    account = measured(captured, judged)

    assert account is not None
    assert (account.sent, account.lost) == (20, 0)
    assert account.must_be_flagged == account.found == len(flagged(events[:20])) > 0
    assert (account.judged, account.recall, account.precision) == (0, 1.0, None)


@pytest.mark.parametrize(("window", "lost_for_good"), [(LAST - 1, 1), (LAST, 0)])
def test_what_is_lost_weighs_once_the_rest_of_its_batch_has_long_arrived(window: int, lost_for_good: int):
    account = measured(dict.fromkeys([event.id for event in batch(0)][1:], window), {})

    assert account is not None
    assert (account.lost, account.lost_for_good) == (1, lost_for_good)


def test_what_is_lost_is_named_by_some_of_its_ids():
    events = [event.id for number in range(3) for event in batch(number)]
    lost = events[3:90:9]

    account = measured({name: 105 for name in events if name not in lost}, {})

    assert account is not None
    assert account.lost == len(lost) == 10
    assert set(account.lost_ids) == set(lost)


def test_a_campaign_whose_events_were_recorded_elsewhere_has_no_account():
    tape = {"shape": "tape", "tape": "0" * 16, "per": "5s", "counts": [3, 0, 5], "for": "15s"}
    plan = msgspec.convert({"stages": [tape]}, CampaignPlan)
    campaign = SentCampaign.of_plan(PlannedCampaign.of(plan, "x", 3))

    assert campaign.sizes == (3, 0, 5)
    assert measured({event.id: 105 for event in batch(0)}, {}, campaign=campaign) is None


def test_a_campaign_of_another_time_has_no_account():
    assert measured({event.id: 99 for event in batch(0)}, {}) is None
    assert measured({}, {}) is None


def test_a_campaign_with_a_plan_is_measured_by_what_is_due_in_its_ticks():
    mix = {"malformed": 0.1, "doubled": 0.1, "reused_ids": 0.1}
    burst = {"shape": "burst", "rate": 10, "every": "1m", "lasts": "10s", "for": "5m"}
    plan = msgspec.convert({"seed": 3, "name": "x", "stages": [burst], "mix": mix}, CampaignPlan)
    campaign = SentCampaign.of_plan(PlannedCampaign.of(plan, "x", 3)).until(36)
    made = [event for tick in range(36) for event in campaign.make(tick)]
    must = {name for name, flagged in made if flagged}

    account = measured({name: 105 for name, _ in made}, dict.fromkeys(must, 105), campaign=campaign)

    assert campaign.size == 300
    assert account is not None
    assert (account.sent, account.lost) == (len({name for name, _ in made}), 0)
    assert account.must_be_flagged == account.found == account.correct == len(must) > 5


def test_what_is_too_large_to_be_made_again_is_left_out(monkeypatch: pytest.MonkeyPatch):
    small = msgspec.structs.replace(CAMPAIGN, run_id="campaign-y")
    monkeypatch.setattr(ground_truth, "MAX_EVENTS", 700)

    assert measurable([CAMPAIGN, small, CAMPAIGN]) == ({"campaign-y": [small]}, [CAMPAIGN.run_id])
