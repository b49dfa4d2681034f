"""Throughput units: a second's worth at once, then as fast as Azure's clock lets it."""

from local_azure.event_hubs.throttle import egress, ingress


def test_a_unit_lets_a_thousand_events_in_and_then_asks_to_wait():
    now = [100.0]
    throttle = ingress(1, lambda: now[0], speed=1.0)
    assert throttle.wait_seconds(1_000, 1_000) == 0
    assert throttle.wait_seconds(500, 1_000) == 0.5
    now[0] += 0.5
    assert throttle.wait_seconds(500, 1_000) == 0


def test_a_unit_lets_a_megabyte_in():
    now = [0.0]
    throttle = ingress(1, lambda: now[0], speed=1.0)
    assert throttle.wait_seconds(1, 1_048_576) == 0, "a full bucket lets even the largest batch pass"
    assert throttle.wait_seconds(1, 1) > 0
    now[0] += 2
    assert throttle.wait_seconds(1, 900_000) == 0


def test_waiting_is_in_real_seconds():
    throttle = egress(1, lambda: 0.0, speed=60.0)
    assert throttle.wait_seconds(4_096, 1) == 0
    assert throttle.wait_seconds(4_096, 1) == 1 / 60


def test_without_units_nothing_is_throttled():
    throttle = ingress(0, lambda: 0.0, speed=1.0)
    assert all(throttle.wait_seconds(10_000, 10**9) == 0 for _ in range(10))
