"""A fraud that windows may not name is judged by its place: each flagged content has exactly one right verdict."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from reconciliation.comparing.places import _Place  # pyright: ignore[reportPrivateUsage]
from reconciliation.comparing.sightings import RowSighting
from reconciliation.ranges import milliseconds, window_end
from reconciliation.reading.rows import Flag, Kind
from reconciliation.reporting.report import Report
from tests.reconciliation.comparing.single_event import AFTER, BEFORE, EDGE, flagged, world_of
from tests.reconciliation.world import RANGE, START, Event, World

Line = dict[str, Any]


def with_fields(**fields: Any) -> Event:
    """A fraud that the archive does not take."""
    sale = flagged(EDGE)
    body = json.dumps(json.loads(sale.body) | fields).encode()
    return replace(sale, id="", body=body, flagged=False, store=None)


def of_a_long_id() -> World:
    return world_of(with_fields(id="x" * 300))


def change(world: World, **fields: Any) -> None:
    """Change the first verdict by place."""
    lines = next(iter(world.by_place.values()))
    lines[0] = lines[0] | fields


def named(report: Report) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The differences but for those on cases: class, place and fields that differ."""
    return {
        of_class.name: [(difference.event_id, difference.fields) for difference in of_class.examples]
        for of_class in report.differences
        if not of_class.name.startswith("case")
    }


def place_in(world: World) -> str:
    (lines,) = world.by_place.values()
    return lines[0]["event_id"]


def test_a_right_verdict_by_place_is_counted_and_not_a_difference():
    report = of_a_long_id().reconcile()

    assert (report.accounts.by_place, report.accounts.judged_by_place) == (1, 1)
    assert (report.differences, report.faults) == ([], ["nameless"])


def test_a_fraud_under_a_long_id_without_its_verdict_is_named_by_its_place():
    world = of_a_long_id()
    place = place_in(world)
    world.by_place = {}

    report = world.reconcile()

    assert named(report) == {"missing_from_fraud": [(place, ())]}
    (difference,) = report.differences[0].examples
    assert (difference.by_place, difference.sequence_number) == (True, int(place.partition("-")[2]))
    assert (report.accounts.by_place, report.accounts.judged_by_place) == (1, 0)
    assert (report.accounts.missing_from_fraud, report.balanced) == (1, False)


@pytest.mark.parametrize(("moment", "due"), [(START, 1), (RANGE.end, 0)])
def test_of_two_ranges_that_meet_in_its_second_the_latter_says_that_it_lacks_its_verdict(moment: datetime, due: int):
    world = world_of(replace(with_fields(id="x" * 300), enqueued=milliseconds(moment), exact=False))
    world.by_place = {}

    report = world.reconcile()

    assert len(named(report).get("missing_from_fraud", [])) == due
    assert (report.accounts.by_place, report.accounts.judged_by_place) == (due, 0)
    assert report.windows[0].missing_from_fraud == due


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"score": 0, "band": "low", "reasons": []}, ("score", "reasons")),
        ({"store_id": 99}, ("store_id",)),
        ({"source": "archive"}, ("source",)),
        ({"run_id": "another"}, ("run_id",)),
        ({"evidence": "0" * 32}, ("evidence",)),
        ({"event": None}, ("event",)),
    ],
)
def test_a_falsified_verdict_by_place_is_named_with_its_fields(changed: Line, fields: tuple[str, ...]):
    world = of_a_long_id()
    change(world, **changed)

    assert named(world.reconcile()) == {"verdict_differs": [(place_in(world), fields)]}


def test_a_verdict_by_place_on_another_event_than_the_captured_one_is_named():
    world = of_a_long_id()
    lines = next(iter(world.by_place.values()))
    change(world, event=lines[0]["event"] | {"note": "harmless"})

    assert named(world.reconcile()) == {"verdict_differs": [(place_in(world), ("event",))]}


def test_a_verdict_by_place_that_names_unknown_rules_is_named():
    world = of_a_long_id()
    change(world, rule_set="rules-of-nobody")

    assert named(world.reconcile()) == {"unknown_rule_set": [(place_in(world), ("rule_set",))]}


def test_a_doubled_verdict_by_place_is_named():
    world = of_a_long_id()
    lines = next(iter(world.by_place.values()))
    lines.append(lines[0])

    assert named(world.reconcile()) == {"duplicates": [(place_in(world), ())]}


def test_a_verdict_by_place_in_another_window_is_named():
    world = of_a_long_id()
    change(world, window_start=window_end(BEFORE).isoformat(), window_end=window_end(AFTER).isoformat())

    assert named(world.reconcile()) == {"wrong_window": [(place_in(world), ())]}


def test_a_verdict_on_a_place_in_which_nothing_was_captured_is_named():
    world = of_a_long_id()
    lines = next(iter(world.by_place.values()))
    lines.append(lines[0] | {"event_id": "p1-4711"})

    assert named(world.reconcile()) == {"unexpected_absent_from_archive": [("p1-4711", ())]}


def test_each_flagged_event_of_a_body_has_a_verdict_of_its_own():
    first = json.loads(flagged(EDGE).body)
    body = json.dumps([first | {"id": 1}, first | {"id": 2}, first | {"id": 1}]).encode()
    world = world_of(replace(with_fields(), body=body))
    (lines,) = world.by_place.values()
    place = lines[0]["event_id"]
    assert [line["event_id"] for line in lines] == [place, f"{place}/1", f"{place}/2"]
    assert world.reconcile().accounts.judged_by_place == 3

    del lines[2]

    assert named(world.reconcile()) == {"missing_from_fraud": [(f"{place}/2", ())]}


def quarantined(**fields: Any) -> tuple[World, Event]:
    """A fraud that reads as a store event here, and that the archive has refused."""
    sale = flagged(EDGE)
    sale.body = json.dumps(json.loads(sale.body) | fields).encode()
    world = world_of(sale)
    world.documents = [document for document in world.documents if document.id != sale.id]
    world.quarantine.append((sale.partition, sale.sequence))
    return world, sale


@pytest.mark.parametrize("bits", [0, 3])
def test_what_readers_read_differently_is_judged_by_its_place_as_well(bits: int):
    world, sale = quarantined(note=10**20)

    assert named(world.reconcile(bits, with_documents=False)) == {
        "missing_from_fraud": [(f"p{sale.partition}-{sale.sequence}", ())]
    }

    world.judge_by_place(sale)
    assert world.reconcile(bits, with_documents=False).balanced


def test_an_event_that_the_job_does_not_read_lacks_the_verdict_by_its_id_and_has_one_by_its_place():
    world, sale = quarantined(note=10**20)
    world.judge_by_place(sale)
    world.suspicious, world.verdicts = [], []

    report = world.reconcile(with_documents=False)

    lacking = [(sale.id, ())]
    assert named(report) == {"missing_from_suspicious": lacking, "missing_from_fraud": lacking}
    assert (report.accounts.by_place, report.accounts.judged_by_place) == (1, 1)
    (explanation,) = [each.explanation for each in report.differences if each.name == "missing_from_fraud"]
    assert "under the name that stands here" in explanation


def test_a_verdict_by_place_stands_for_one_by_an_id_whose_pointer_is_full():
    world, sale = quarantined(gift_wrap=1)
    world.verdicts = []

    assert named(world.reconcile(with_documents=False)) == {"missing_from_fraud": [(sale.id, ())]}

    world.judge_by_place(sale)
    report = world.reconcile(with_documents=False)
    assert report.balanced
    assert (report.accounts.expected, report.accounts.analysed) == (1, 1)
    assert (report.accounts.by_place, report.accounts.judged_by_place) == (0, 1)


def test_a_verdict_by_place_on_what_was_archived_is_one_too_many():
    sale = flagged(EDGE)
    world = world_of(sale)
    world.judge_by_place(sale)

    assert named(world.reconcile()) == {"duplicates": [(f"p{sale.partition}-{sale.sequence}", ())]}


def test_deleted_and_falsified_cases_of_places_are_named():
    world = of_a_long_id()
    (case,) = [case["id"] for case in world.cases() if case["type"] == "quarantine"]

    world.lost_cases = {case}
    assert [(of_class.name, of_class.examples[0].event_id) for of_class in world.reconcile().differences] == [
        ("case_missing", case)
    ]

    world.lost_cases, world.altered_cases = set(), {case}
    assert [(of_class.name, of_class.examples[0].event_id) for of_class in world.reconcile().differences] == [
        ("case_differs", case)
    ]


class CountedContent(int):
    """A content that counts how often contents are compared."""

    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountedContent.comparisons += 1
        return int(self) == other

    __hash__ = int.__hash__


def row(kind: Kind, content: int, flags: int = 0) -> RowSighting:
    return RowSighting(1, 2, CountedContent(content), 7, 3, 100, 0, kind, flags)


def test_verdicts_on_the_many_events_of_a_body_are_found_without_comparing_each_with_all():
    number = 300
    events = [(row(Kind.PLACE, content, Flag.BY_PLACE), "") for content in range(number)]
    verdicts = [(row(Kind.PLACE_VERDICT, content), f"p0-7/{content}") for content in range(50, number + 20)]
    quarantined = [(row(Kind.QUARANTINED, 0), "")]
    place = _Place([*events, *verdicts, *quarantined], lambda _: True, ["0"])
    CountedContent.comparisons = 0

    findings = [(name, finding.name) for name, finding in place.findings()]

    assert CountedContent.comparisons < 20 * number
    assert findings == [
        *((f"p0-7/{content}", "verdict_differs") for content in range(number, number + 20)),
        *((f"p0-7/{content}", "missing_from_fraud") for content in range(20, 50)),
    ]
    assert (len(place.due), len(place.judged)) == (number, number - 50)
