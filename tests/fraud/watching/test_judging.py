"""Each check from both sides of its threshold, and that an idle pipeline is well."""

from datetime import datetime, timedelta

import pytest

from fraud.watching.checks import ALTERED, CHECKS, MOST_QUARANTINED, CheckState, Facts, Night, Thresholds
from fraud.watching.judging import judged_checks
from tests.fraud.watching.pipeline import HOUR, MINUTE, NOW, SECOND, WINDOW_END, check, facts, partition, watched


def states(look: Facts) -> dict[str, CheckState]:
    return {each.name: each.state for each in judged_checks(look, watched(look), Thresholds())}


def test_a_pipeline_that_moves_is_well_and_every_check_is_made():
    assert states(facts()) == dict.fromkeys(CHECKS, "ok")


def test_an_idle_pipeline_is_well():
    idle = facts(
        partitions=(partition(last_enqueued=NOW - 20 * HOUR),),
        flagged=(WINDOW_END - 20 * HOUR,),
        reported=WINDOW_END - 20 * HOUR,
        judged=frozenset({WINDOW_END - 20 * HOUR}),
        night=Night(ended=NOW - 8 * HOUR, run="reconcile-1", verdict="empty", faults=0),
    )

    assert states(idle) == dict.fromkeys(CHECKS, "ok")


def test_a_pipeline_that_has_just_begun_is_well():
    new = facts(
        partitions=(partition(last=-1, archived=-1, last_enqueued=None, captured=None),),
        flagged=(),
        reported=None,
        judged=frozenset[datetime](),
        night=None,
    )

    checks = judged_checks(new, watched(new, since=NOW), Thresholds())

    assert {each.state for each in checks} == {"ok"}


def test_nothing_has_waited_since_before_the_watch_began():
    old = facts(
        partitions=(partition(archived=0, last_enqueued=NOW - 9 * HOUR, captured=None),),
        reported=None,
        flagged=(WINDOW_END - 9 * HOUR,),
        oldest_waiting=NOW - 9 * HOUR,
        waiting=1,
        night=Night(ended=NOW - 48 * HOUR, run="reconcile-1", verdict="balanced", faults=0),
    )

    checks = judged_checks(old, watched(old, since=NOW - 10 * SECOND), Thresholds())

    assert {each.state for each in checks} == {"ok"}


@pytest.mark.parametrize(("seconds", "state"), [(60, "ok"), (61, "standing")])
def test_an_archiver_whose_checkpoint_does_not_move_stands(seconds: int, state: CheckState):
    waiting = facts(partitions=(partition(last=103, last_enqueued=NOW - seconds * SECOND),))

    seen = check("archiver", waiting)

    assert (seen.state, seen.value, seen.threshold) == (state, seconds, 60)
    assert seen.detail == "3 events of 1 partitions wait"
    assert bool(seen.advice) == (state != "ok")


def test_an_archiver_that_moves_and_falls_behind_is_lagging_although_the_newest_event_is_fresh():
    looks = [
        facts(
            now=NOW + minute * MINUTE,
            partitions=(
                partition(last=100 + 60 * minute, archived=100 + minute, last_enqueued=NOW + minute * MINUTE - SECOND),
            ),
        )
        for minute in range(4)
    ]

    seen = check("archiver", *looks)

    assert (seen.state, seen.value) == ("lagging", 120)


def test_events_that_a_checkpoint_may_leave_out_are_not_said_to_wait():
    behind = facts(partitions=(partition(last=5_100, archived=100, last_enqueued=NOW - HOUR),))

    assert check("archiver", behind).state == "standing"
    assert check("archiver", behind, thresholds=Thresholds(archiver_events=5_000)).state == "ok"
    assert check("archiver", behind, thresholds=Thresholds(archiver_events=4_999)).state == "standing"


@pytest.mark.parametrize(
    ("age", "state"), [(420 * SECOND, "ok"), (421 * SECOND, "lagging"), (841 * SECOND, "standing")]
)
def test_capture_lags_once_its_interval_has_passed_without_a_blob(age: timedelta, state: CheckState):
    seen = check("capture", facts(partitions=(partition(captured=NOW - age),)))

    assert (seen.state, seen.value) == (state, age.total_seconds())


def test_a_blob_that_is_missing_between_others_is_told():
    seen = check("capture", facts(capture_holes=1))

    assert seen.state == "lagging"
    assert "1 blobs" in seen.detail


@pytest.mark.parametrize(
    ("passed", "state"), [(60 * SECOND, "ok"), (61 * SECOND, "lagging"), (361 * SECOND, "standing")]
)
def test_a_job_that_does_not_report_a_window_with_flagged_events_lags_and_then_stands(
    passed: timedelta, state: CheckState
):
    due = facts(now=WINDOW_END + passed, reported=WINDOW_END - 5 * MINUTE)

    seen = check("stream_job", due)

    assert (seen.state, seen.value) == (state, passed.total_seconds())


def test_a_window_that_has_not_ended_is_not_due():
    assert check("stream_job", facts(flagged=(WINDOW_END + 5 * MINUTE,), reported=None)).state == "ok"


@pytest.mark.parametrize(("age", "state"), [(120, "ok"), (121, "lagging"), (241, "standing")])
def test_a_queue_whose_oldest_message_waits_is_told(age: int, state: CheckState):
    seen = check("queue", facts(waiting=7, oldest_waiting=NOW - age * SECOND))

    assert (seen.state, seen.detail) == (state, "7 messages wait")


def test_a_reported_window_without_verdicts_is_told():
    assert check("analysis", facts(judged=frozenset[datetime]())).state == "ok"
    assert check("analysis", facts(now=WINDOW_END + 901 * SECOND, judged=frozenset[datetime]())).state == "lagging"


@pytest.mark.parametrize(("seconds", "state"), [(900, "ok"), (901, "lagging"), (1_801, "standing")])
def test_a_window_without_verdicts_is_told_by_its_name_though_others_of_its_end_have_some(
    seconds: int, state: CheckState
):
    seen = check("analysis", facts(now=WINDOW_END + seconds * SECOND, open_windows={"window-3-x": WINDOW_END}))

    assert (seen.state, seen.value) == (state, seconds)
    assert seen.detail == "1 reported windows have no verdict: window-3-x"


@pytest.mark.parametrize(("minutes", "state"), [(15, "ok"), (16, "lagging"), (45, "standing")])
def test_an_analysis_that_failed_or_does_not_end_is_told_though_all_windows_have_verdicts(
    minutes: int, state: CheckState
):
    stuck = {f"window-{store}-x": NOW - minutes * MINUTE for store in range(5)}

    seen = check("analysis", facts(stuck=stuck))

    assert seen.state == state
    assert seen.detail == "5 analyses failed or run for too long: window-0-x, window-1-x, window-2-x"


def test_what_is_open_at_one_look_is_remembered_for_the_next():
    before = watched(facts(open_windows={"window-3-x": WINDOW_END}, stuck={"window-4-x": NOW}, asked_for_stuck=NOW))

    assert (before.open_windows, before.stuck, before.asked_for_stuck) == (
        {"window-3-x": WINDOW_END},
        {"window-4-x": NOW},
        NOW,
    )


@pytest.mark.parametrize(
    ("name", "field"), [("dead_letters", "dead_letters"), ("quarantine", "quarantined"), ("unresolved", "unresolved")]
)
def test_a_count_above_its_threshold_grows(name: str, field: str):
    seen = check(name, facts(**{field: 3}))

    assert (seen.state, seen.value, seen.threshold) == ("growing", 3, 0)
    assert check(name, facts(**{field: 3}), thresholds=Thresholds(**{field: 3})).state == "ok"


def test_what_is_in_quarantine_is_told_with_the_time_since_which_it_is_counted():
    seen = check("quarantine", facts(quarantined=3, now=NOW.replace(hour=14, minute=59)))

    assert seen.detail == "since 13:00"


def test_of_more_records_than_are_counted_it_is_told_that_there_may_be_more():
    seen = check("quarantine", facts(quarantined=MOST_QUARANTINED, now=NOW.replace(hour=14, minute=59)))

    assert seen.detail == "since 13:00, and more"


def test_a_night_that_did_not_run_is_missing():
    late = Night(ended=NOW - 27 * HOUR, run="reconcile-1", verdict="balanced", faults=0)

    assert check("night", facts(night=late)).state == "missing"
    assert check("night", facts(night=None)).state == "missing"
    assert check("night", facts(night=None), since=NOW - HOUR).state == "ok"


@pytest.mark.parametrize(
    ("verdict", "faults", "state"),
    [("balanced", 0, "ok"), ("empty", 0, "ok"), ("differences", 4, "unbalanced"), ("incomplete", 0, "lagging")],
)
def test_a_night_that_does_not_balance_is_told_and_an_idle_one_is_not(verdict: str, faults: int, state: CheckState):
    night = Night(ended=NOW - HOUR, run="reconcile-1", verdict=verdict, faults=faults)

    assert check("night_balance", facts(night=night)).state == state


@pytest.mark.parametrize(("acknowledged", "value", "state"), [(0, 4, "unbalanced"), (3, 1, "unbalanced"), (4, 0, "ok")])
def test_a_night_whose_differences_are_all_acknowledged_is_not_red(acknowledged: int, value: int, state: CheckState):
    night = Night(ended=NOW - HOUR, run="reconcile-1", verdict="differences", faults=4, acknowledged=acknowledged)

    judged = check("night_balance", facts(night=night))

    assert (judged.value, judged.state) == (value, state)
    assert (f"{acknowledged} are acknowledged" in judged.detail) == (acknowledged > 0)


def test_a_night_whose_note_somebody_has_changed_breaks_the_chain_and_says_no_time():
    checks = [
        check(name, facts(night=Night(ended=NOW, run="", verdict=ALTERED, faults=0, broken=1)))
        for name in ("chain", "night")
    ]

    assert checks[0].state == "broken"
    assert {each.detail for each in checks} == {"the note of the last night was changed or deleted"}


def test_a_night_whose_note_somebody_has_changed_balances_for_nobody_who_has_taken_a_break_of_the_chain_for_known():
    look, thresholds = facts(night=Night(ended=NOW, run="", verdict=ALTERED, faults=0, broken=1)), Thresholds(chain=3)

    not_ok = {each.name: each.state for each in judged_checks(look, watched(look), thresholds) if each.state != "ok"}

    assert not_ok == {"night_balance": "unbalanced"}


@pytest.mark.parametrize(("broken", "state"), [(0, "ok"), (2, "broken")])
def test_a_chain_that_the_night_has_found_broken_is_told(broken: int, state: CheckState):
    night = Night(ended=NOW - HOUR, run="reconcile-1", verdict="balanced", faults=0, broken=broken)

    judged = check("chain", facts(night=night))

    assert (judged.value, judged.state, judged.unit) == (broken, state, "problems")


def test_a_rest_begins_the_watch_anew():
    first = facts(now=NOW - 9 * HOUR)

    memory = watched(first)
    assert memory.last == datetime(2026, 1, 2, 1, 12, tzinfo=NOW.tzinfo)
    assert check("queue", first, facts(waiting=1, oldest_waiting=NOW - HOUR), since=NOW).state == "ok"
