"""Acknowledged differences stay in the report and are not red; what has changed or is new is."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from reconciliation.comparing.differences import MAX_SHOWN, Difference
from reconciliation.reporting.acknowledgements import Acknowledgement, Listed, key_of, key_of_number, open_in, standing
from reconciliation.reporting.html import to_html
from reconciliation.reporting.report import Report
from tests.reconciliation.comparing.single_event import EDGE, flagged, neighbours, world_of
from tests.reconciliation.world import START, World, event

NOW = datetime(2026, 1, 3, tzinfo=UTC)
LOST = Difference(START, "an id", store="7", partition="ns/hub/0", sequence_number=3)


def given(report: Report, name: str, key: str, why: str = "a drill") -> Acknowledgement:
    content = {"run": report.id, "class": name, "key": key, "who": "ana", "when": NOW, "why": why}
    return msgspec.convert(content, Acknowledgement)


def two_without_verdicts() -> tuple[Report, list[Listed]]:
    world = world_of(flagged(EDGE), event(Random(2), EDGE, flagged=True))
    world.verdicts = []
    report = world.reconcile()
    return report, [(of_class.name, example) for of_class in report.differences for example in of_class.examples]


def test_what_is_acknowledged_is_not_open_and_the_rest_is():
    report, listed = two_without_verdicts()
    first, second = (given(report, name, key_of(difference)) for name, difference in listed)

    assert (open_in(report, listed, []).left, open_in(report, listed, [first]).left) == (2, 1)
    assert open_in(report, listed, [first, first]).left == 1
    assert open_in(report, listed, [first, second]).left == 0
    assert open_in(report, listed, [first, second]).acknowledged == {"missing_from_fraud": 2}


def test_a_range_that_was_compared_in_part_is_incomplete_once_all_its_differences_are_acknowledged():
    report, listed = two_without_verdicts()
    part = msgspec.structs.replace(report, compared_until=report.end - timedelta(minutes=5))
    given_all = [given(part, name, key_of(difference)) for name, difference in listed]
    page = to_html(part, given_all, {"missing_from_fraud": 2})

    assert [standing(each, left) for each in (report, part) for left in (0, 1)] == [
        "acknowledged",
        "differences",
        "incomplete",
        "differences",
    ]
    assert '<header class="incomplete">' in page
    assert "All differences are acknowledged." in page


def test_a_difference_without_a_state_has_the_key_that_earlier_versions_gave_it():
    assert key_of(LOST) == "8b9be605c6680314"


def test_an_acknowledgement_is_of_one_class():
    report, listed = two_without_verdicts()
    other = given(report, "duplicates", key_of(listed[0][1]))

    assert open_in(report, listed, [other]).left == 2


def test_a_difference_that_has_changed_is_open_again():
    for change in ({"seen": (START,)}, {"fields": ("score",)}, {"store": "8"}, {"sequence_number": 4}, {"state": "1"}):
        assert key_of(msgspec.structs.replace(LOST, **change)) != key_of(LOST)


def test_a_difference_has_the_key_of_what_the_report_shows_of_it():
    whole = msgspec.structs.replace(LOST, event_id="x" * MAX_SHOWN + "and more")
    shown = msgspec.structs.replace(whole, event_id="x" * MAX_SHOWN, blobs=("all-events/a blob",))

    assert key_of(whole) == key_of(shown)


def test_a_gap_is_acknowledged_as_it_is():
    events = [event(Random(n), EDGE + 60_000 * n, partition=1) for n in (1, 7, 13)]

    def gap_of(minute: int) -> Report:
        world = World.of([*events, *neighbours()])
        world.blobs = {path: data for path, data in world.blobs.items() if f"/1/2026/01/02/10/{minute}/" not in path}
        return world.reconcile()

    one_gap, other_gap = gap_of(35), gap_of(40)
    acknowledged = given(one_gap, "archive_gaps", key_of_number(one_gap, "archive_gaps") or "")

    assert open_in(one_gap, [], [acknowledged]).acknowledged == {"archive_gaps": one_gap.accounts.archive_gaps}
    assert other_gap.accounts.archive_gaps > 0
    assert open_in(other_gap, [], [acknowledged]).acknowledged == {}
    assert key_of_number(one_gap, "nameless") is None


def test_the_page_shows_who_has_acknowledged_what_and_is_not_red_once_all_is():
    report, listed = two_without_verdicts()
    acknowledgements = [given(report, name, key_of(difference), "<b>a drill</b>") for name, difference in listed]

    red = to_html(report)
    half = to_html(report, acknowledgements[:1], {"missing_from_fraud": 1})
    whole = to_html(report, acknowledgements, {"missing_from_fraud": 2})

    assert all(key_of(difference) in red for _, difference in listed)
    assert '<header class="differences">' in half
    assert "1 of the differences are acknowledged" in half
    assert '<header class="acknowledged">' in whole
    assert "All differences are acknowledged." in whole
    assert 'class="tile wrong"' in red
    assert 'class="tile wrong"' not in whole
    assert "ana" in whole
    assert "&lt;b&gt;a drill&lt;/b&gt;" in whole
