"""Quantiles by minute: a slow minute is named, and everything that was measured is in them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fraud.load.latencies import MOST_MINUTES, Latencies, LatencySample, Quantiles

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)


def measured(events: list[LatencySample], windows: list[LatencySample] | None = None) -> Latencies:
    return Latencies.of(events, windows or [], sample=1, from_due=True)


@given(st.lists(st.floats(0, 1000), min_size=1))
def test_a_quantile_is_a_latency_below_or_at_which_its_share_lies(seconds: list[float]):
    quantiles = Quantiles.of(seconds)

    assert quantiles is not None
    assert quantiles.p50 <= quantiles.p95 <= quantiles.p99 <= quantiles.max == max(seconds)
    for share, value in ((0.5, quantiles.p50), (0.95, quantiles.p95), (0.99, quantiles.p99)):
        assert value in seconds
        assert sum(other <= value for other in seconds) >= share * len(seconds)
        assert sum(other < value for other in seconds) < share * len(seconds)


def test_a_planted_slow_minute_is_named():
    events = [(START + timedelta(seconds=second), 2.0) for second in range(600)]
    events[200:230] = [(moment, 45.0) for moment, _ in events[200:230]]

    latencies = measured(events, [(START + timedelta(minutes=5), 7.0), (START + timedelta(minutes=10), 90.0)])

    assert latencies.worst_send_to_archive == START + timedelta(minutes=3)
    assert latencies.worst_window_to_verdict == START + timedelta(minutes=10)
    (slow,) = (minute for minute in latencies.minutes if minute.start == latencies.worst_send_to_archive)
    assert slow.send_to_archive
    assert (slow.send_to_archive.p95, slow.send_to_archive.count) == (45.0, 60)
    assert latencies.send_to_archive
    assert (latencies.send_to_archive.p50, latencies.send_to_archive.max) == (2.0, 45.0)


def test_the_minute_whose_flagged_events_waited_longest_for_their_window_is_named():
    waited = [(START + timedelta(seconds=second), 90.0 if 120 <= second < 180 else 60.0) for second in range(240)]

    latencies = Latencies.of([], [], sample=1, from_due=True, reported=waited)

    assert latencies.send_to_window
    assert (latencies.send_to_window.count, latencies.send_to_window.max) == (240, 90.0)
    assert latencies.worst_send_to_window == START + timedelta(minutes=2)


def test_a_long_campaign_has_a_bounded_number_of_rows():
    latencies = measured([(START + timedelta(minutes=minute), 1.0) for minute in range(7 * 24 * 60)])

    assert len(latencies.minutes) <= MOST_MINUTES + 1
    assert sum(minute.send_to_archive.count for minute in latencies.minutes if minute.send_to_archive) == 7 * 24 * 60


def test_nothing_has_no_quantiles():
    latencies = measured([])

    assert (latencies.send_to_archive, latencies.worst_send_to_archive, latencies.minutes) == (None, None, [])
