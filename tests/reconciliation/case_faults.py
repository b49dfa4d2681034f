"""Faults of cases and alerts to plant in a world of archives."""

from datetime import datetime

from reconciliation.ranges import milliseconds, window_end, window_number
from tests.reconciliation.planted import Planted, in_range
from tests.reconciliation.world import RANGE


def case_deleted(planted: Planted) -> None:
    if name := _case(planted):
        planted.world.lost_cases.add(name)
        planted.expected["case_missing"].add(name)


def case_altered(planted: Planted) -> None:
    if name := _case(planted):
        planted.world.altered_cases.add(name)
        planted.expected["case_differs"].add(name)


def alert_deleted(planted: Planted) -> None:
    if name := _case(planted):
        planted.world.lost_alerts.add(name)
        planted.expected["alert_missing"].add(name)


def alert_altered(planted: Planted) -> None:
    if name := _case(planted):
        planted.world.altered_alerts.add(name)
        planted.expected["alert_differs"].add(name)


def case_without_verdicts(planted: Planted) -> None:
    """Somebody has written a case, or deleted a blob of verdicts on what nobody expected."""
    name = f"window-9-{planted.random.randrange(10**9)}"
    end = window_end(planted.random.randint(RANGE.first_window, RANGE.last_window))
    planted.world.further_cases.append({"id": name, "store_id": 9, "window_end": end.isoformat()})
    planted.expected["case_unexpected"].add(name)


def _case(planted: Planted) -> str | None:
    """The case of a window in the range that no fault has touched, and in which none will touch an event."""
    cases = {case["id"]: case for case in planted.world.cases()}
    for name in sorted(name for name in cases if not name.startswith("quarantine-")):
        window = window_number(milliseconds(datetime.fromisoformat(cases[name]["window_end"])))
        inside = [e for e in planted.world.events if e.flagged and e.window == window]
        is_free = inside and in_range(inside[0]) and not any(id(e) in planted.touched for e in inside)
        if is_free and cases[name]["max_score"] != 1:
            ids = {e.id for e in inside}
            planted.touched |= {id(e) for e in planted.world.events if e.id in ids}
            return name
    return None
