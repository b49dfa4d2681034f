"""Own times that no policy touches stay texts: with the same effect as one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.stream_analytics.engine.clockwork import (
    TimeCounts,
    TimePolicy,
    Watermark,
    on_event_time,
    unless_touched,
)
from local_azure.stream_analytics.engine.times import format_instant, parse_instant
from local_azure.stream_analytics.language.units import TICKS_PER_SECOND
from tests.stream_analytics.running import at, feed, policy, rows_of, running

NOON = at("12:00")
SECONDS = st.integers(-400, 400)
POLICIES = st.builds(
    TimePolicy,
    st.sampled_from([None, 0, 5 * TICKS_PER_SECOND, 240 * TICKS_PER_SECOND]),
    st.sampled_from([0, TICKS_PER_SECOND, 240 * TICKS_PER_SECOND]),
    st.booleans(),
)


@settings(max_examples=400)
@given(st.lists(st.tuples(SECONDS, st.integers(0, 60)), min_size=1, max_size=6), st.booleans(), POLICIES, SECONDS)
def test_times_stay_texts_only_where_the_policy_would_leave_each_of_them(
    events: list[tuple[int, int]], is_sorted: bool, time_policy: TimePolicy, mark: int
):
    own = [NOON + second * TICKS_PER_SECOND for second, _ in events]
    texts = [format_instant(ticks) for ticks in (sorted(own) if is_sorted else own)]
    arrivals = [NOON + second * TICKS_PER_SECOND for _, second in events]
    quick, one_by_one, counts = Watermark(), Watermark(), TimeCounts()
    quick.mark = one_by_one.mark = NOON + mark * TICKS_PER_SECOND
    untouched = unless_touched(quick, time_policy, texts, arrivals)
    times = on_event_time(one_by_one, time_policy, counts, texts, arrivals)
    if untouched is None:
        assert quick.mark == NOON + mark * TICKS_PER_SECOND
    else:
        assert [parse_instant(text) for text in untouched] == times
        assert quick.mark == one_by_one.mark
        assert counts == TimeCounts()


def test_a_condition_on_the_time_and_one_that_fails_see_ticks():
    query = """
        SELECT id, System.Timestamp() AS t INTO out FROM events TIMESTAMP BY ts
        WHERE System.Timestamp() > '2026-03-05T10:00:30Z' AND id + 1 > 0
    """
    events = [("10:01", {"id": number, "ts": f"2026-03-05T10:00:{number}Z"}) for number in (29, 31, 32)]
    rows = rows_of(query, *events, ("10:01", {"id": "x", "ts": "2026-03-05T10:00:33Z"}), time_policy=policy(240))
    assert [(row["id"], row["t"]) for row in rows] == [
        (31, "2026-03-05T10:00:31.0000000Z"),
        (32, "2026-03-05T10:00:32.0000000Z"),
    ]


def test_the_report_of_an_event_that_fails_names_ticks():
    work = running("SELECT id + 1 AS n INTO out FROM events TIMESTAMP BY ts WHERE id + 1 > 0", policy(240))
    feed(work, ("10:01", {"id": "x", "ts": "2026-03-05T10:00:33Z"}))
    (problem,) = work.take_problems()
    assert problem.reason.startswith(f"conversion error at {at('10:00:33')}:")
