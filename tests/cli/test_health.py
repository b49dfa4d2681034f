"""The screen of `detective health`."""

from datetime import UTC, datetime

import msgspec

from activities.check_health import DependencyHealth, Health
from cli.screen import console, show_health


def test_a_service_that_failed_is_shown_with_its_reason():
    cosmos = DependencyHealth("failed", 5_000, "ServiceRequestError: [b]no[/b] connection")
    health = Health("failed", {"Warehouse": DependencyHealth("ok", 3), "Cosmos": cosmos})

    with console.capture() as captured:
        show_health(msgspec.to_builtins(health), datetime(2026, 1, 2, 10, tzinfo=UTC))

    time, warehouse, failed, reason = captured.get().splitlines()
    assert time.strip() == "Azure's time 2026-01-02 10:00:00Z"
    assert warehouse.split() == ["✔", "Warehouse", "3", "ms"]
    assert failed.split() == ["✘", "Cosmos", "5,000", "ms"]
    assert reason.strip() == "ServiceRequestError: [b]no[/b] connection"
