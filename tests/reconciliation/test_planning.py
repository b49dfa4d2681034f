"""Planning: whole windows, blobs on either side, and how far the archive reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from fraud.windows import WINDOW
from reconciliation import plan as planning
from reconciliation.capture.path import CaptureBlob, hour_prefixes, parse_blob_name
from reconciliation.messages import Request, RunPlan
from reconciliation.nightly import Watermark, first_watermark, moved, next_range
from reconciliation.paths import rows_path
from reconciliation.plan import make_plan
from reconciliation.ranges import MAX_RANGE, Range, RangeError, aligned, parse_range, range_of_run, window_end
from reconciliation.reporting.gaps import find_gaps

DAY = datetime(2026, 1, 2, tzinfo=UTC)
TEN = DAY + timedelta(hours=10)
HOUR = Range(TEN, TEN + timedelta(hours=1))
NAMES = ["ns/store-events/0", "ns/store-events/1"]


def blob(partition: str, moment: datetime, size: int = 500) -> CaptureBlob:
    parsed = parse_blob_name(f"{partition}/{moment:%Y/%m/%d/%H/%M/%S}.avro", size)
    assert parsed is not None
    return parsed


def blobs(until: dict[str, datetime]) -> list[CaptureBlob]:
    start = TEN - timedelta(minutes=15)
    return [
        blob(name, start + i * timedelta(minutes=5))
        for name, end in until.items()
        for i in range((end - start) // timedelta(minutes=5) + 1)
    ]


def test_a_range_is_aligned_outward_to_whole_windows():
    assert aligned(TEN + timedelta(seconds=1), TEN + timedelta(minutes=5, microseconds=1)) == Range(
        TEN, TEN + timedelta(minutes=10)
    )
    assert aligned(TEN, TEN + timedelta(minutes=5)) == Range(TEN, TEN + timedelta(minutes=5))
    assert parse_range("2026-01-02T11:00:00+01:00", "2026-01-02T10:05:00Z").start == TEN


def test_the_windows_of_a_range_are_those_that_end_in_it():
    assert [window_end(n) for n in (HOUR.first_window, HOUR.last_window)] == [
        TEN + timedelta(minutes=5),
        TEN + timedelta(hours=1),
    ]
    assert HOUR.instance_id == "reconcile-20260102T100000Z-20260102T110000Z"


def test_the_name_of_a_run_tells_its_range():
    assert range_of_run(Request(HOUR).id) == range_of_run(Request(HOUR, with_documents=False).id) == HOUR
    assert range_of_run("reconcile-x") is range_of_run("reconcile-20260102T100000Z-20261302T110000Z") is None


def test_what_is_left_out_is_part_of_the_name_of_a_run():
    assert Request(HOUR).id == Request(HOUR, again=True).id == HOUR.instance_id
    assert Request(HOUR, with_documents=False).id == f"{HOUR.instance_id}-without-cosmos"


def test_a_plan_that_was_written_before_runs_had_names_leads_to_the_same_blobs():
    plan = RunPlan(
        range=HOUR, first_window=1, last_window=2, complete_until=None, partitions=[], bucket_bits=0, archive_bytes=0,
        with_documents=False, parts={"scan": 1}, id="",
    )  # fmt: skip

    assert plan.paths(rows_path, ["scan"]) == [rows_path(HOUR.instance_id, "scan", 0)]


def test_a_range_has_an_end_and_a_limit():
    with pytest.raises(RangeError, match="at most 7 days"):
        aligned(DAY, DAY + MAX_RANGE + timedelta(seconds=1))
    with pytest.raises(RangeError, match="later than"):
        aligned(TEN, TEN)


def test_the_longest_range_need_not_begin_on_the_edge_of_a_window():
    off = timedelta(seconds=1)

    assert aligned(DAY + off, DAY + off + MAX_RANGE) == Range(DAY, DAY + MAX_RANGE + WINDOW)


@pytest.mark.parametrize(
    "name",
    [
        "ns/hub/0/2026/13/02/10/05/00.avro",
        "ns/hub/0/2026/01/02/10/05/00.json",
        "ns/hub/0/2026/1/2/10/05/00.avro",
        "hub/0/2026/01/02/10/05/00.avro",
        "",
    ],
)
def test_what_capture_did_not_name_is_left_alone(name: str):
    assert parse_blob_name(name) is None


def test_a_blobs_name_tells_its_partition_and_time():
    captured = blob("ns/store-events/3", TEN)
    assert (captured.partition, captured.partition_id, captured.triggered) == ("ns/store-events/3", "3", TEN)


def test_hours_are_listed_from_the_first_to_the_last():
    assert hour_prefixes("ns/h/0", TEN - timedelta(minutes=15), TEN) == [
        "ns/h/0/2026/01/02/09/",
        "ns/h/0/2026/01/02/10/",
    ]


def test_an_archive_beyond_the_range_covers_it():
    plan = make_plan(HOUR, NAMES, blobs(dict.fromkeys(NAMES, HOUR.end + timedelta(minutes=5))))

    assert plan.is_complete
    assert (plan.first_window, plan.last_window) == (HOUR.first_window, HOUR.last_window)
    assert all(partition.has_earlier_blobs for partition in plan.partitions)


def test_a_blob_of_the_ranges_very_end_may_lack_its_last_event():
    plan = make_plan(HOUR, NAMES, blobs(dict.fromkeys(NAMES, HOUR.end)))

    assert plan.last_window == HOUR.last_window - 1


def test_the_slowest_partition_decides_how_far_can_be_compared():
    until = {NAMES[0]: HOUR.end + timedelta(minutes=5), NAMES[1]: TEN + timedelta(minutes=20)}

    plan = make_plan(HOUR, NAMES, blobs(until))

    assert plan.complete_until == TEN + timedelta(minutes=20)
    assert window_end(plan.last_window) == TEN + timedelta(minutes=15)


def test_a_partition_without_blobs_leaves_nothing_to_compare():
    plan = make_plan(HOUR, NAMES, blobs({NAMES[0]: HOUR.end + timedelta(minutes=5)}))

    assert (plan.complete_until, plan.last_window) == (None, HOUR.first_window - 1)
    assert [partition.covered is None for partition in plan.partitions] == [False, True]


@pytest.mark.parametrize("name", ["ns/store-events/9", "other/store-events/0"])
@pytest.mark.parametrize("has_a_blob", [True, False])
def test_a_partition_that_a_day_of_others_has_overtaken_is_waited_for_no_more_and_has_a_gap(
    name: str, *, has_a_blob: bool
):
    two_days = Range(DAY, DAY + timedelta(days=2))
    ends = range(0, 2 * 24 * 60 + 6, 5)
    captured = [blob(each, DAY + timedelta(minutes=minutes)) for each in NAMES for minutes in ends]
    stray = [blob(name, DAY + timedelta(hours=3))] if has_a_blob or name.startswith("other") else []

    plan = make_plan(two_days, [*NAMES, name], [*captured, *stray])

    assert plan.complete_until == DAY + timedelta(days=1, minutes=5)
    assert window_end(plan.last_window) == DAY + timedelta(days=1)
    (gap,) = find_gaps(plan, [])
    assert (gap.partition, gap.first, gap.last, gap.count) == (name, None, None, 1)
    assert gap.between == (DAY + timedelta(hours=3) if stray else DAY + WINDOW, DAY + timedelta(days=1))


def test_partitions_that_all_stand_still_have_no_gap_and_are_waited_for():
    two_days = Range(DAY, DAY + timedelta(days=2))
    captured = [blob(each, DAY + timedelta(minutes=minutes)) for each in NAMES for minutes in range(0, 120, 5)]

    plan = make_plan(two_days, NAMES, captured)

    assert plan.complete_until == DAY + timedelta(minutes=115)
    assert find_gaps(plan, []) == []


def test_a_namespace_that_captures_no_more_is_not_waited_for():
    listed = [*NAMES, "gone/store-events/0"]

    plan = make_plan(HOUR, listed, blobs(dict.fromkeys(NAMES, HOUR.end + timedelta(minutes=5))))

    assert plan.is_complete
    assert [partition.name for partition in plan.partitions] == NAMES


def test_parts_hold_blobs_of_one_partition_up_to_a_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(planning, "PART_EVENTS", 10)
    monkeypatch.setitem(planning.EVENT_BYTES, "deflate", 100)
    monkeypatch.setattr(planning, "PART_BLOBS", 3)
    captured = [
        blob(name, TEN + timedelta(minutes=i), size) for name in NAMES for i, size in enumerate((400, 600, 100, 5_000))
    ]

    plan = make_plan(HOUR, NAMES, reversed(captured))

    assert [(part.stream, len(part.blobs)) for part in plan.scan] == [(0, 2), (0, 1), (0, 1), (1, 2), (1, 1), (1, 1)]
    assert [name for part in plan.scan for name in part.blobs] == [captured_blob.name for captured_blob in captured]


def test_buckets_keep_their_size_as_the_archive_grows():
    def bits(events: float, codec: str = "deflate") -> int:
        size = int(events * planning.EVENT_BYTES[codec])
        return make_plan(HOUR, NAMES, [blob(NAMES[0], TEN, size)], codec).bucket_bits

    assert [bits(events) for events in (0, 250_000, 250_001, 10**7, 10**9)] == [0, 0, 1, 6, 12]
    assert bits(10**7, "null") == bits(10**7)


def test_a_night_continues_where_the_last_one_ended():
    span = next_range(Watermark(TEN), TEN + timedelta(hours=2, minutes=7))
    assert span == Range(TEN, end := TEN + timedelta(hours=2, minutes=5))
    assert next_range(Watermark(end), TEN + timedelta(hours=2, minutes=9)) is None
    # On the very end of a window, that window has ended.
    assert next_range(Watermark(TEN), TEN + timedelta(minutes=5)) == Range(TEN, TEN + timedelta(minutes=5))


def test_a_night_goes_back_to_what_capture_had_not_written_yet():
    span, compared_until = Range(TEN, TEN + timedelta(hours=2)), TEN + timedelta(hours=1)

    assert moved(span, compared_until, span.end + timedelta(minutes=20)) == Watermark(compared_until)
    assert moved(span, span.end, span.end + timedelta(minutes=20)) == Watermark(span.end)


def test_a_night_passes_by_what_capture_never_wrote():
    # A machine that was off for a month: the archive holds nothing near the range, which would be tried for ever.
    now = DAY + timedelta(days=30)
    watermark = Watermark(DAY)
    for _ in range(4):
        span = next_range(watermark, now)
        assert span is not None
        watermark = moved(span, span.start, now)

    assert next_range(watermark, now) == Range(DAY + timedelta(days=28), now)


def test_a_long_absence_is_made_up_for_in_bites():
    assert next_range(Watermark(DAY), DAY + timedelta(days=30)) == Range(DAY, DAY + MAX_RANGE)
    assert first_watermark(TEN + timedelta(minutes=2)).until == TEN - timedelta(days=1)
