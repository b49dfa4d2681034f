"""The screen of `detective health`."""

from datetime import UTC, datetime

from cli.screen import console, show_health
from fraud.watching.checks import Check
from fraud.watching.health import DependencyHealth, Health


def test_a_service_that_failed_is_shown_with_its_reason():
    cosmos = DependencyHealth("failed", 5_000, "ServiceRequestError: [b]no[/b] connection")
    health = Health("failed", {"Warehouse": DependencyHealth("ok", 3), "Cosmos": cosmos})

    with console.capture() as captured:
        show_health(health, datetime(2026, 1, 2, 10, tzinfo=UTC))

    time, warehouse, failed, reason = captured.get().splitlines()
    assert time.strip() == "Azure's time 2026-01-02 10:00:00Z"
    assert warehouse.split() == ["✔", "Warehouse", "3", "ms"]
    assert failed.split() == ["✘", "Cosmos", "5,000", "ms"]
    assert reason.strip() == "ServiceRequestError: [b]no[/b] connection"


def test_a_check_that_is_not_ok_is_shown_with_its_number_and_what_to_do():
    checks = [
        Check(name="queue", state="ok", value=0, threshold=120, unit="seconds"),
        Check(name="stream_job", state="standing", value=400, threshold=60, unit="seconds", detail="[x]", advice="do"),
    ]

    with console.capture() as captured:
        show_health(Health("failed", {}, checks), datetime(2026, 1, 2, 10, tzinfo=UTC))

    _, queue, job, detail, advice = captured.get().splitlines()
    assert queue.split() == ["✔", "queue", "ok", "0", "s", "of", "2", "min"]
    assert job.split() == ["✘", "stream", "job", "standing", "6", "min", "40", "s", "of", "1", "min"]
    assert (detail.strip(), advice.strip()) == ("[x]", "do")
