"""Outcomes and archive are read to their end, whatever is in them, and what cannot be read does not fill the memory."""

import json
from collections import Counter
from typing import Any

import msgspec
import pytest

from fraud.evidence import Evidence, EvidencePart, Snapshot
from fraud.judging import judged
from fraud.quarantine import MAX_REASON
from fraud.rules.shipped import shipped
from fraud.verdicts import Case, case_of, to_ndjson
from reconciliation.capture.records import Records
from reconciliation.comparing.sightings import RowSighting
from reconciliation.ranges import Range
from reconciliation.reading import observe
from reconciliation.reading.event_rows import EventRows
from reconciliation.reading.observe import Observer
from reconciliation.reading.rows import Kind, RowWriter, all_rows
from reconciliation.reading.scan import MAX_DAMAGES, Scanner
from reconciliation.reading.verdicts import names_of, unpacked
from tests.fraud.builders import WINDOW_ENDING_1010, event_body
from tests.reconciliation.outputs import verdict
from tests.reconciliation.rows_in_memory import KEYS
from tests.reconciliation.world import RANGE

FIRST, LAST = RANGE.first_window, RANGE.last_window


def line(window: int, identifier: str, run_id: str | None = None) -> bytes:
    return json.dumps(verdict(window, 1, identifier) | {"run_id": run_id}).encode()


def verdicts_of(data: bytes, chunk: int = 64) -> Observer:
    observer = Observer(Kind.VERDICT, KEYS, FIRST, LAST, (FIRST, LAST))
    observer.campaigns = frozenset(("campaign-near", "campaign-far"))
    reader = observer.open("verdicts")
    for start in range(0, len(data), chunk):
        reader.feed(data[start : start + chunk])
    reader.close()
    return observer


def test_a_line_without_end_is_reported_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(observe, "MAX_LINE_BYTES", 1_000)

    observer = verdicts_of(b"\n".join((line(FIRST, "a"), b" " * 3_000 + line(FIRST, "b"), line(FIRST, "c"))))

    assert [(place.offset, place.reason) for place in observer.sums.unreadable] == [
        (2, "a line of more than 1000 bytes")
    ]
    assert len(observer.rows) == 2 + 1, "two verdicts and the case that they make"


def test_a_reason_quotes_what_cannot_be_read_no_further_than_people_read():
    odd = json.dumps(verdict(FIRST, 1, "a") | {"band": "x" * 1_000_000}).encode()

    (place,) = verdicts_of(odd, 2**20).sums.unreadable

    assert place.reason.startswith("not a verdict: Invalid enum value 'xxx")
    assert len(place.reason) == MAX_REASON


@pytest.mark.parametrize("cut", [{}, {"cut": {"bytes": 5_000, "digest": "0" * 32}}])
def test_an_event_that_is_nested_deeper_than_python_follows_stops_no_reading_and_its_verdict_differs(
    cut: dict[str, Any],
):
    event = {"id": "a", "more": msgspec.json.decode(b"[" * 600 + b"]" * 600)}
    entry = Evidence("a", "0" * 32, True, {"event.price": 7})
    row = verdict(FIRST, 1, "a") | {"rule_set": shipped()["context"].id, "profile_day": None}
    deep = row | cut | {"event": event, "evidence": entry.digest(None)}
    observer = Observer(Kind.VERDICT, KEYS, FIRST, LAST, (FIRST, LAST))
    observer.evidence = Snapshot([EvidencePart(profile_day=None, rates={}, entries=(entry,))])

    observer.lines("2026/01/02/1010/window.ndjson", 1, [msgspec.json.encode(deep)])

    (stored,) = all_rows(observer.rows.encode(0)).tolist()
    sighting = RowSighting(*stored)
    assert "evidence" in names_of(unpacked(sighting.sequence)[0])


def test_a_verdict_far_from_the_range_names_no_campaign_of_it():
    near, far = line(LAST, "a", "campaign-near"), line(LAST + 1, "b", "campaign-far")

    observer = verdicts_of(near + b"\n" + far)

    assert (observer.sums.run_ids, len(observer.rows)) == (["campaign-near"], 1 + 1)


def test_a_campaign_is_measured_however_many_others_a_producer_makes_up():
    made_up = [line(LAST, f"a{number}", f"campaign-made-up-{number}") for number in range(150)]

    observer = verdicts_of(b"\n".join([*made_up, line(LAST, "b", "campaign-near")]))

    assert observer.sums.run_ids == ["campaign-near"]


def test_flagged_events_without_an_id_have_a_row_in_a_crowd():
    sale = {"id": "a", "event_type": "sale_event", "discount": 60, "priority_shipping": True}
    named, nameless = json.dumps(sale).encode(), json.dumps(sale | {"id": 7}).encode()
    bodies = [nameless, *[named] * 300, nameless]
    rows = RowWriter(KEYS)

    EventRows(rows, 0, "0", all_contents=True).add(Records([*range(302)], [1_000] * 302, bodies))

    kinds: list[int] = all_rows(rows.encode(0))["kind"].tolist()
    # Each flagged event at its id, if it has one, and at its place; and a malformed body at its place.
    assert Counter(kinds) == {Kind.CAPTURED: 300 + 2, Kind.PLACE: 302, Kind.NAMELESS: 2}


def test_of_endless_damage_only_the_first_is_kept_and_all_is_counted():
    observer = verdicts_of(b"{\n" * (MAX_DAMAGES + 5))
    scanner = Scanner(0, "0", KEYS)
    for number in range(MAX_DAMAGES + 5):
        scanner.damaged("path", number, "damage")

    for sums in (observer.sums, scanner.sums):
        assert (len(sums.unreadable), sums.unreadable_count) == (MAX_DAMAGES, MAX_DAMAGES + 5)


def _into(due: list[Case]) -> Any:
    def add(_: RowWriter, case: Case) -> None:
        due.append(case)

    return add


def test_a_case_is_due_with_the_stakes_that_its_verdicts_make(monkeypatch: pytest.MonkeyPatch):
    event = msgspec.json.decode(event_body("a", price=900.0, qty=90, discount=75))
    verdict = judged(event, 3, WINDOW_ENDING_1010, None)
    due: list[Case] = []
    monkeypatch.setattr(observe, "add_due", _into(due))
    path = "2026/01/02/1010/window-3-x.ndjson"
    observer = Observer.over(Kind.VERDICT, KEYS, Range(WINDOW_ENDING_1010.start, WINDOW_ENDING_1010.end))
    blob = observer.open(path)
    blob.feed(to_ndjson([verdict]))
    blob.close()

    assert verdict.band in ("medium", "high")
    assert due == [case_of("window-3-x", 3, WINDOW_ENDING_1010, [verdict], f"fraud-events/{path}")]
