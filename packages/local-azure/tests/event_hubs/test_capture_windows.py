"""Capture's windows: every event in exactly one, in order, by time or by size, under names that never repeat."""

from bisect import bisect_left
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.core.process import CannotStartError
from local_azure.event_hubs.capture.names import DEFAULT_FORMAT, blob_name, check_format
from local_azure.event_hubs.capture.settings import CaptureSettings
from local_azure.event_hubs.capture.windows import Progress, Window, complete_window, first_window
from local_azure.event_hubs.positions import Field

INTERVAL = 60_000


class Events:
    """A log of (time in ms, size in bytes)."""

    def __init__(self, events: list[tuple[int, int]]) -> None:
        self.times = [time for time, _ in events]
        self.offsets = [4_096]
        for _, size in events:
            self.offsets.append(self.offsets[-1] + size)

    def first_at(self, field: Field, value: int) -> int:
        return bisect_left(self.times if field is Field.TIME else self.offsets[:-1], value)

    def field_at(self, field: Field, sequence: int) -> int:
        if field is Field.OFFSET:
            return self.offsets[sequence]
        return self.times[min(sequence, len(self.times) - 1)]

    def end(self) -> int:
        return len(self.times)


def capture(log: Events, now_ms: int, size: int = 10**9) -> list[Window]:
    """All windows that are complete at a time, beginning with the first event."""
    progress = first_window(log, 0, now_ms, INTERVAL)
    windows: list[Window] = []
    while window := complete_window(log, progress, now_ms, INTERVAL, size):
        windows.append(window)
        progress = window.after
    return windows


logs = st.lists(st.tuples(st.integers(0, 400_000), st.integers(1, 500)), max_size=60).map(
    lambda events: Events(sorted(events, key=lambda event: event[0]))
)


@given(logs, st.integers(1, 5_000))
def test_every_event_is_in_exactly_one_window(log: Events, size: int):
    windows = capture(log, now_ms=600_000, size=size)
    covered = [sequence for window in windows for sequence in range(window.start, window.end)]
    assert covered == list(range(log.end()))
    seconds = [window.second for window in windows]
    assert seconds == sorted(set(seconds))


@given(logs, st.integers(1, 5_000))
def test_a_window_is_no_longer_than_its_interval_and_no_larger_than_its_size_and_an_event(log: Events, size: int):
    for window in capture(log, now_ms=600_000, size=size):
        if window.start < window.end:
            times = log.times[window.start : window.end]
            assert times[-1] - times[0] < INTERVAL
            assert log.offsets[window.end - 1] - log.offsets[window.start] < size


@given(logs, st.integers(1, 5_000), st.lists(st.integers(0, 600_000), max_size=10))
def test_what_a_window_holds_does_not_depend_on_when_it_is_looked_at(log: Events, size: int, looks: list[int]):
    progress = first_window(log, 0, 600_000, INTERVAL)
    seen: list[Window] = []
    for now in [*sorted(looks), 600_000]:
        present = Events(list(zip(log.times, _sizes(log), strict=True))[: bisect_left(log.times, now + 1)])
        while window := complete_window(present, progress, now, INTERVAL, size):
            seen.append(window)
            progress = window.after
    held = [(window.start, window.end) for window in seen if window.start < window.end]
    expected = [(window.start, window.end) for window in capture(log, 600_000, size) if window.start < window.end]
    assert held == expected


def _sizes(log: Events) -> list[int]:
    return [after - before for before, after in zip(log.offsets, log.offsets[1:], strict=False)]


def test_a_window_ends_before_its_boundary_and_is_named_for_it():
    log = Events([(59_999, 1), (60_000, 1)])
    assert capture(log, now_ms=60_000) == [Window(0, 1, 60, Progress(1, 120_000, 60))]
    assert complete_window(log, Progress(1, 120_000, 60), 119_999, INTERVAL, 10) is None


def test_a_quiet_window_is_empty():
    assert capture(Events([(1, 1)]), now_ms=130_000) == [
        Window(0, 1, 60, Progress(1, 120_000, 60)), Window(1, 1, 120, Progress(1, 180_000, 120)),
    ]  # fmt: skip


def test_windows_that_passed_while_nothing_ran_are_skipped():
    quiet = complete_window(Events([(1, 1)]), Progress(1, 120_000, 60), 1_000_000, INTERVAL, 10)
    assert quiet is not None
    assert quiet.second == 960


def test_a_partition_that_is_late_leaves_no_hole_where_the_others_have_files():
    late: list[int] = []
    progress = Progress(1, 120_000, 60)
    while window := complete_window(Events([(1, 1)]), progress, 12 * INTERVAL + 130_000, INTERVAL, 10):
        late.append(window.second)
        progress = window.after

    assert late == [120 + 60 * number for number in range(13)]


def test_windows_that_fill_within_one_second_have_names_of_their_own():
    windows = capture(Events([(5_000, 10)] * 4), now_ms=5_000, size=10)
    assert [window.second for window in windows] == [5, 6, 7, 8]


def test_a_blob_is_named_as_documented():
    second = int(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp())
    assert blob_name(DEFAULT_FORMAT, "ns", "hub", 3, second) == "ns/hub/3/2026/03/04/05/06/07.avro"
    other = "archive/{Year}-{Month}-{Day}/{EventHub}/{Hour}{Minute}{Second}/{PartitionId}-{Namespace}"
    check_format(other)
    assert blob_name(other, "ns", "hub", 3, second) == "archive/2026-03-04/hub/050607/3-ns.avro"


@pytest.mark.parametrize("name_format", ["", "{Namespace}", DEFAULT_FORMAT + "/{Week}"])
def test_a_name_without_all_its_tokens_is_refused(name_format: str):
    with pytest.raises(CannotStartError, match="capture-name-format"):
        check_format(name_format)


@pytest.mark.parametrize(
    ("interval", "size"), [(59, 10_485_760), (901, 10_485_760), (60, 10_485_759), (60, 524_288_001)]
)
def test_settings_outside_azures_ranges_are_refused(interval: int, size: int):
    with pytest.raises(CannotStartError):
        CaptureSettings("UseDevelopmentStorage=true", "all-events", interval, size)
