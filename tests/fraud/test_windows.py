from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.windows import MAX_IDS, WINDOW, SuspiciousWindow, Window, parse_windows, store_label, window_of
from reconciliation.ranges import window_end, window_number
from tests.fraud.builders import WINDOW_ENDING_1010

ROW: dict[str, object] = {
    "store_id": 7,
    "ids": ["b", "a"],
    "WindowStart": "2026-01-02T10:05:00Z",
    "WindowEnd": "2026-01-02T10:10:00Z",
}
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ROW, "other"]), inner),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-02T{text}+00:00")


def message(*rows: dict[str, object]) -> bytes:
    return msgspec.json.encode(rows[0] if len(rows) == 1 else list(rows))


def test_an_event_on_the_window_end_belongs_to_the_window_that_ends_there():
    assert window_of(at("10:10:00")) == Window(start=at("10:05:00"), end=at("10:10:00"))


def test_an_event_just_after_the_window_end_belongs_to_the_next():
    assert window_of(at("10:10:00") + timedelta(microseconds=1)).end == at("10:15:00")


@given(MOMENTS)
def test_every_moment_lies_in_its_window_and_windows_align_to_the_day(moment: datetime):
    window = window_of(moment)

    assert window.start < moment <= window.end
    assert window.end - window.start == WINDOW
    assert (window.end - datetime(2000, 1, 1, tzinfo=UTC)) % WINDOW == timedelta()


@given(MOMENTS)
def test_milliseconds_and_moments_fall_into_the_same_window(moment: datetime):
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = round(whole.timestamp() * 1000)

    assert window_end(window_number(milliseconds)) == window_of(whole).end


def test_a_message_holds_one_window():
    (window,) = parse_windows(message(ROW)).windows

    assert window.store_id == 7
    assert window.ids == ("a", "b")
    assert window.name == "window-7-20260102T101000Z-0473ef2dc0d324ab659d3580c1134e9d"
    assert window.former_name == "window-7-20260102T101000Z-7e18f737311b"


def test_the_order_of_ids_and_their_repetition_do_not_change_the_name():
    (first,) = parse_windows(message(ROW)).windows
    (other,) = parse_windows(message({**ROW, "ids": ["a", "b", "a"]})).windows

    assert first.name == other.name


def test_ids_that_hold_a_separator_cannot_make_the_name_of_other_ids():
    windows = [SuspiciousWindow(7, ids, WINDOW_ENDING_1010) for ids in (("a", "b"), ("a\nb",), ('a","b',), ("a,b",))]

    assert len({window.name for window in windows}) == len(windows)


def test_a_store_that_is_text_cannot_have_the_name_of_a_number():
    stores = [-3, "-3", 111111111111, None, "none", "t", ""]

    assert len({SuspiciousWindow(store, ("a",), WINDOW_ENDING_1010).name for store in stores}) == len(stores)
    assert all(store_label(str(number)).startswith("t") for number in range(1_000))  # no digest is a number


def test_a_list_and_lines_hold_several_windows():
    other = {**ROW, "store_id": None, "ids": ["c"]}

    for body in (message(ROW, other), b"\r\n".join([message(ROW), message(other)])):
        assert [window.store_id for window in parse_windows(body).windows] == [7, None]


def test_two_messages_of_one_store_and_window_have_names_of_their_own():
    first, second = parse_windows(message(ROW, {**ROW, "ids": ["c"]})).windows

    assert first.name != second.name


def test_a_window_without_a_store_is_named_so():
    (window,) = parse_windows(message({**ROW, "store_id": None})).windows

    assert window.name.startswith("window-none-20260102T101000Z-")


def test_a_store_that_is_text_cannot_break_out_of_a_name():
    (window,) = parse_windows(message({**ROW, "store_id": "../../etc"})).windows

    assert "/" not in window.name


@pytest.mark.parametrize(("odd", "store"), [(7.0, 7), (True, 1), (-3.0, -3), (7.5, None), (2**60, None)])
def test_a_row_of_an_earlier_query_whose_store_is_written_oddly_is_analysed(odd: object, store: int | None):
    content = parse_windows(message({**ROW, "store_id": odd}))
    assert ([window.store_id for window in content.windows], content.problems) == ([store], ())


def test_times_are_read_as_the_stream_job_prints_them():
    printed = {**ROW, "WindowStart": "2026-01-02T10:05:00.0000000Z", "WindowEnd": "2026-01-02T10:10:00.0000000Z"}

    assert parse_windows(message(printed)) == parse_windows(message(ROW))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "holds no window"),
        (b"[]", "holds no window"),
        (b"nonsense", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'"text"', "Expected `object`, got `str`"),
        (message({**ROW, "ids": []}), "has no ids"),
        (message({**ROW, "ids": [1, None]}), "are not strings"),
        (message({**ROW, "ids": None}), "ids"),
        (message({**ROW, "store_id": "s" * 201}), "more than 200 characters"),
        (message({**ROW, "ids": [str(number) for number in range(MAX_IDS + 1)]}), "at most 20000"),
        (message({**ROW, "WindowStart": "2026-01-02T10:10:00Z"}), "is not a window of five minutes"),
        (message({**ROW, "WindowStart": "2026-01-02T10:04:59Z"}), "is not a window of five minutes"),
        (
            message({**ROW, "WindowStart": "2026-01-02T10:05:30Z", "WindowEnd": "2026-01-02T10:10:30Z"}),
            "of five minutes",
        ),
        (message({**ROW, "WindowStart": "2026-01-02T10:05:00.5Z", "WindowEnd": "2026-01-02T10:10:00.5Z"}), "of five"),
        (message({**ROW, "WindowStart": "0001-01-01T00:00:00Z", "WindowEnd": "9999-12-31T23:55:00Z"}), "of five"),
        (message({**ROW, "WindowStart": "2026-01-02T10:05:00"}), "time zone"),
        (message({**ROW, "WindowEnd": "yesterday"}), "WindowEnd"),
        (message({**ROW, "WindowStart": "0001-01-01T00:00:00+14:00"}), "beyond the calendar"),
    ],
)
def test_what_is_no_window_is_refused_with_a_reason(body: bytes, reason: str):
    content = parse_windows(body)

    assert content.windows == ()
    assert reason in content.problems[0]


def test_a_bad_row_does_not_take_the_others_with_it():
    content = parse_windows(message(ROW, {**ROW, "ids": []}, {**ROW, "store_id": 8}))

    assert [window.store_id for window in content.windows] == [7, 8]
    assert content.problems == ("the window has no ids",)


def test_how_often_a_row_names_an_id_again_is_remembered_and_changes_no_name():
    row = {
        "store_id": 3,
        "ids": ["b", "c", "a", "b", "c", "b"],
        "WindowStart": "2026-01-02T10:05:00Z",
        "WindowEnd": "2026-01-02T10:10:00Z",
    }
    (twice,) = parse_windows(msgspec.json.encode(row)).windows
    (once,) = parse_windows(msgspec.json.encode(row | {"ids": ["a", "b", "c"]})).windows

    assert (twice.ids, twice.repeated, once.repeated) == (("a", "b", "c"), ("b", "b", "c"), ())
    assert twice.name == once.name


def test_half_of_a_surrogate_pair_takes_no_window_and_no_other_id_with_it():
    times = '"WindowStart": "2026-01-02T10:05:00Z", "WindowEnd": "2026-01-02T10:10:00Z"'
    rows = [
        f'{{"store_id": {store}, "ids": {ids}, {times}}}'
        for store, ids in ((3, '["a", "\\ud800"]'), (4, '["b"]'), ('"\\ud800"', '["c"]'))
    ]

    content = parse_windows("\n".join(rows).encode())

    assert [window.ids for window in content.windows] == [("a",), ("b",)]
    assert len(content.problems) == 2


def test_an_id_that_is_no_string_does_not_take_the_others_with_it():
    content = parse_windows(message({**ROW, "ids": ["a", 5, "b"]}))

    assert content.windows == parse_windows(message(ROW)).windows
    assert "1 ids" in content.problems[0]


@given(st.binary(max_size=100) | JSON.map(msgspec.json.encode))
def test_any_message_holds_windows_or_problems(body: bytes):
    content = parse_windows(body)

    assert content.windows or content.problems
