"""The steps that a repair takes, decided without any storage."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.windows import MAX_IDS
from reconciliation.comparing.classes import REPAIRED
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference
from reconciliation.repairing.recapture import Recapture
from reconciliation.repairing.repair import (
    EVENTS_PER_STEP,
    NOT_REPAIRABLE,
    JudgedWindow,
    Place,
    analyses,
    backfills,
    corrections,
    lacking,
    not_repairable,
    window_of_ids,
)
from tests.reconciliation.capture_writer import avro, record
from tests.reconciliation.world import RANGE

END = RANGE.start + timedelta(minutes=5)
NEXT = END + timedelta(minutes=5)


def lost(event_id: str, end: datetime = END, store: str = "7", **more: object) -> Difference:
    return Difference(end, event_id, store=store, expected=(end,), **more)  # type: ignore[arg-type]


def judged(*ids: str) -> JudgedWindow:
    return JudgedWindow(window_of_ids(7, END, ids).name, frozenset(ids))


def test_a_window_without_verdicts_is_analysed_under_its_own_name():
    needs = lacking({"missing_from_fraud": [lost("b"), lost("a")]}, RANGE)

    assert analyses((7, END), needs, []) == [window_of_ids(7, END, ["a", "b"])]


def test_verdicts_that_lost_ids_are_written_anew_where_they_lie():
    whole = window_of_ids(7, END, ["a", "b", "c"])
    needs = lacking({"missing_from_fraud": [lost("b")]}, RANGE)

    assert analyses((7, END), needs, [JudgedWindow(whole.name, frozenset({"a", "c"}))]) == [whole]


def test_ids_that_fit_no_existing_verdicts_are_a_window_of_their_own():
    needs = lacking({"missing_from_fraud": [lost("b")]}, RANGE)

    assert analyses((7, END), needs, [judged("a", "c")]) == [window_of_ids(7, END, ["b"])]


def test_verdicts_without_their_event_are_judged_again_where_they_lie():
    needs = lacking({"unresolved": [lost("a")]}, RANGE)

    assert analyses((7, END), needs, [judged("a", "c"), judged("d")]) == [window_of_ids(7, END, ["a", "c"])]


def test_a_content_that_came_late_is_judged_in_all_verdicts_that_name_its_id():
    needs = lacking({"missing_from_fraud": [lost("a")]}, RANGE)

    of_window = [judged("a", "c"), judged("a", "d"), judged("e")]

    assert analyses((7, END), needs, of_window) == [
        window_of_ids(7, END, ["a", "c"]),
        window_of_ids(7, END, ["a", "d"]),
    ]


def test_an_id_that_verdicts_name_is_not_judged_once_more_beside_them():
    needs = lacking({"missing_from_fraud": [lost("a"), lost("b")]}, RANGE)

    assert analyses((7, END), needs, [judged("a", "c")]) == [
        window_of_ids(7, END, ["a", "c"]),
        window_of_ids(7, END, ["b"]),
    ]


def test_verdicts_that_lost_an_id_which_others_name_are_written_anew_under_their_name():
    needs = lacking({"missing_from_fraud": [lost("a"), lost("b")]}, RANGE)
    whole = window_of_ids(7, END, ["a", "b", "c"])

    of_window = [JudgedWindow(whole.name, frozenset({"c"})), judged("a", "d")]

    assert analyses((7, END), needs, of_window) == [whole, window_of_ids(7, END, ["a", "d"])]


def test_a_resent_event_is_judged_in_every_window_in_which_it_was_not():
    twice = Difference(END, "a", store="7", expected=(END, NEXT, RANGE.end + timedelta(minutes=5)), seen=())
    once = Difference(NEXT, "b", store="7", expected=(END, NEXT), seen=(END,))
    needs = lacking({"missing_from_fraud": [twice, once]}, RANGE)

    assert needs.unjudged == {(7, END): {"a"}, (7, NEXT): {"a", "b"}}


def test_an_id_in_the_wrong_window_is_not_judged_a_second_time():
    moved = Difference(END, "a", store="7", expected=(END, NEXT), seen=(RANGE.end,))

    needs = lacking({"missing_from_fraud": [moved], "wrong_window": [moved]}, RANGE)

    assert needs.unjudged == {(7, END): {"a"}}


def test_every_class_is_repaired_or_has_its_reason_to_stay():
    assert REPAIRED | NOT_REPAIRABLE.keys() >= set(get_args(Class)) - {"ambiguous"}


def test_windows_beyond_what_one_repair_judges_are_left_with_all_their_ids():
    needs = lacking({"missing_from_fraud": [lost("a"), lost("b", NEXT), lost("c", NEXT, "2"), lost("d", NEXT)]}, RANGE)

    assert needs.judged_windows == [(7, END), (2, NEXT), (7, NEXT)]
    assert needs.leave_out(needs.judged_windows[1:]) == 3
    assert needs.judged_windows == [(7, END)]


def test_verdicts_that_lost_ids_and_await_an_event_are_written_anew_once():
    whole = window_of_ids(7, END, ["a", "b", "c"])
    needs = lacking({"missing_from_fraud": [lost("b")], "unresolved": [lost("a")]}, RANGE)

    assert analyses((7, END), needs, [JudgedWindow(whole.name, frozenset({"a", "c"}))]) == [whole]


def test_a_store_that_is_a_text_is_left_alone_and_said():
    needs = lacking({"missing_from_fraud": [lost("a", store="other")]}, RANGE)

    assert needs.judged_windows == []
    assert [kind.name for kind in not_repairable({"other_stores": needs.other_stores})] == ["other_stores"]


@given(st.sets(st.sampled_from(list(NOT_REPAIRABLE))))
def test_whatever_stays_has_its_reason(names: set[str]):
    left = not_repairable(dict.fromkeys(names, 3) | {"matched": 7})

    assert {kind.name for kind in left} == names
    assert all(kind.reason.endswith(".") and kind.count == 3 for kind in left)


def test_a_correction_never_holds_more_ids_than_a_window_may():
    needs = lacking({"missing_from_suspicious": [lost(f"{n:06}") for n in range(MAX_IDS + 1)]}, RANGE)

    assert [len(correction.ids) for correction in corrections(needs)] == [MAX_IDS, 1]


def test_events_are_archived_by_partition_and_hour_a_bounded_number_at_a_time():
    partition = "ns/store-events/1"
    unarchived = [lost(f"{n}", partition=partition, sequence_number=n) for n in range(EVENTS_PER_STEP + 1)]
    later = lost("z", END + timedelta(hours=1), partition=partition, sequence_number=9_999)

    steps = backfills({"absent_from_cosmos": [*unarchived, later, lost("nowhere")]})

    assert [len(step.events) for step in steps] == [EVENTS_PER_STEP, 1, 1]
    assert steps[-1].events == (Place(9_999, "z"),)
    assert (steps[-1].first_window_end, steps[-1].last_window_end) == (later.window_end, later.window_end)


@given(st.sets(st.integers(0, 30)), st.integers(1, 2_000))
def test_wanted_events_come_whole_out_of_a_capture_file(wanted: set[int], chunk: int):
    moment = datetime(2026, 1, 2, 10, 1, tzinfo=UTC)
    body = b'{"id": "%d"}'
    records = [record(n, int(moment.timestamp() * 1000) + n, body % n, run_id="r") for n in range(20)]
    data = avro(records, "deflate")
    recapture = Recapture("3", wanted)
    blob = recapture.blob()

    events = [event for at in range(0, len(data), chunk) for event in blob.feed(data[at : at + chunk])] + blob.finish()

    assert [event.sequence_number for event in events] == sorted(n for n in wanted if n < 20)
    assert recapture.wanted == {n for n in wanted if n >= 20}
    for event in events:
        assert (event.body, event.partition, event.run_id) == (body % event.sequence_number, "3", "r")
        assert event.enqueued_time == moment + timedelta(milliseconds=event.sequence_number)


@pytest.mark.parametrize("exact", [-1, 2**62, "soon", b"1", 1.5])
def test_a_time_that_is_none_costs_no_event_behind_it(exact: object):
    records = [record(n, 1_767_348_000_000, b"x") for n in range(3)]
    records[0]["SystemProperties"]["x-opt-enqueued-time"] = exact
    recapture = Recapture("0", range(3))
    blob = recapture.blob()

    events = [*blob.feed(avro(records)), *blob.finish()]

    assert [event.sequence_number for event in events] == [0, 1, 2]
    assert {event.enqueued_time for event in events} == {datetime.fromtimestamp(1_767_348_000, UTC)}
