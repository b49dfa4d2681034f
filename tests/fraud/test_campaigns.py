from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from fraud.campaigns import Campaign, CampaignProgress, CampaignRequest, CampaignStatus
from fraud.generation import BatchTotals

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)


def progress_of(batches: int = 3, interval: float = 5.0) -> CampaignProgress:
    request = CampaignRequest(batches=batches, interval_seconds=interval, seed=42, name="x")
    return CampaignProgress(campaign=Campaign.of(request, name="other", seed=1), started=START, updated=START)


def test_a_request_with_nothing_in_it_takes_the_defaults():
    request = msgspec.json.decode(b"{}", type=CampaignRequest)

    assert (request.batches, request.events_per_batch, request.interval_seconds) == (100, 30, 5.0)
    assert (request.bad_event_ratio, request.seed, request.name) == (0.1, None, None)


@pytest.mark.parametrize(
    "body",
    [
        {"batches": 0},
        {"batches": 100_001},
        {"batches": 2.5},
        {"events_per_batch": 10_001},
        {"interval_seconds": -1},
        {"interval_seconds": "NaN"},
        {"bad_event_ratio": 1.1},
        {"seed": -1},
        {"name": "../x"},
        {"name": "x" * 64},
        {"name": ""},
        {"batch": 1},
    ],
)
def test_what_is_out_of_range_or_unknown_is_refused(body: dict[str, object]):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(body), type=CampaignRequest)


def test_the_name_and_seed_of_the_request_win_over_chosen_ones():
    chosen = Campaign.of(CampaignRequest(), name="k3", seed=7)

    assert (progress_of().campaign.run_id, progress_of().campaign.seed) == ("campaign-x", 42)
    assert (chosen.run_id, chosen.seed) == ("campaign-k3", 7)


def test_batches_are_due_at_fixed_times_from_the_start_however_late_one_is():
    late = progress_of().after(BatchTotals(sent=1), START + timedelta(seconds=4.9))

    assert late.due == START + timedelta(seconds=5)
    assert late.after(BatchTotals(sent=1), START + timedelta(minutes=1)).due == START + timedelta(seconds=10)


def test_the_same_batch_asked_for_twice_is_the_same():
    progress = progress_of().after(BatchTotals(sent=1), START)

    assert progress.next_batch(START) == progress.next_batch(START)
    assert progress.next_batch(START).number == 1


def test_totals_add_up_until_all_batches_are_sent():
    progress = progress_of(batches=2)
    for second in (1, 2):
        assert not progress.is_complete
        progress = progress.after(BatchTotals(sent=30, expected_suspicious=2), START + timedelta(seconds=second))

    assert (progress.is_complete, progress.phase) == (True, "completed")
    assert (progress.totals.sent, progress.totals.expected_suspicious) == (60, 4)


def test_a_campaign_that_is_stopped_says_so_unless_it_had_sent_everything():
    started = progress_of(batches=1)
    done = started.after(BatchTotals(sent=1), START)

    assert started.stopped(START).phase == "stopped"
    assert done.stopped(START).phase == "completed"


def test_the_eta_is_when_the_last_batch_is_due_and_never_in_the_past():
    progress = progress_of(batches=3, interval=60)

    assert progress.eta == START + timedelta(minutes=2)
    assert progress.after(BatchTotals(), START + timedelta(hours=1)).eta == START + timedelta(hours=1)


def test_progress_survives_the_way_through_json_into_the_next_generation():
    progress = progress_of().after(BatchTotals(sent=30, sales_value=1.25), START)

    assert msgspec.convert(msgspec.to_builtins(progress), CampaignProgress) == progress
    assert CampaignStatus.of(progress).totals.sent == 30
