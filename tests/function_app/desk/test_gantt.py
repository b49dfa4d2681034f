"""The timeline of an orchestration, from its history as the management API gives it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from function_app.desk.pictures.gantt import CHART_WIDTH, LABEL_WIDTH, MOST_BARS, gantt_of, moments_of

START = datetime(2026, 1, 2, 10, tzinfo=UTC)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def history() -> list[dict[str, Any]]:
    return [
        {"EventType": "ExecutionStarted", "Timestamp": at(0), "FunctionName": "analyze_window", "Input": "{}"},
        {"EventType": "TaskCompleted", "Timestamp": at(10), "ScheduledTime": at(0), "FunctionName": "judge_events"},
        {"EventType": "TimerCreated", "Timestamp": at(10), "FireAt": at(40)},
        {"EventType": "TimerFired", "Timestamp": at(41), "FireAt": at(40)},
        {"EventType": "TaskFailed", "Timestamp": at(50), "ScheduledTime": at(41), "FunctionName": "store_verdicts"},
        {"EventType": "TaskScheduled", "Timestamp": at(60), "Name": "clear_work"},
        {"EventType": "EventRaised", "Timestamp": at(70), "Name": "decided", "Input": {"by": "ann"}},
    ]


def test_each_activity_timer_and_event_has_its_bar():
    gantt = gantt_of(history(), START, START + timedelta(seconds=100))

    assert [(bar.kind, bar.state, bar.label, bar.took.total_seconds()) for bar in gantt.bars] == [
        ("activity", "done", "judge_events", 10),
        ("timer", "done", "timer", 31),
        ("activity", "failed", "store_verdicts", 9),
        ("activity", "open", "clear_work", 40),
        ("event", "done", "decided", 0),
    ]
    assert (gantt.bars[0].x, gantt.bars[0].width) == (LABEL_WIDTH, CHART_WIDTH / 10)
    assert gantt.bars[3].x + gantt.bars[3].width == LABEL_WIDTH + CHART_WIDTH


def test_a_timer_that_waits_is_drawn_until_now():
    gantt = gantt_of(history()[:3], START, START + timedelta(seconds=20))

    assert [(bar.kind, bar.state, bar.took.total_seconds()) for bar in gantt.bars][-1] == ("timer", "open", 10)


def test_a_wait_of_days_says_the_day_of_each_time():
    wait = [{"EventType": "TimerCreated", "Timestamp": at(0), "FireAt": at(3 * 24 * 3_600)}]

    of_days = gantt_of(wait, START, START + timedelta(days=2))
    of_hours = gantt_of(wait, START, START + timedelta(hours=2))

    days = ["Jan 02 10:00:00", "Jan 02 22:00:00", "Jan 03 10:00:00", "Jan 03 22:00:00", "Jan 04 10:00:00"]
    assert [tick.text for tick in of_days.ticks] == days
    assert of_days.bars[0].title == "timer: Jan 02 10:00:00.000000 to Jan 04 10:00:00.000000, open"
    assert [tick.text for tick in of_hours.ticks] == ["10:00:00", "10:30:00", "11:00:00", "11:30:00", "12:00:00"]
    assert of_hours.bars[0].title == "timer: 10:00:00.000000 to 12:00:00.000000, open"


def test_a_long_history_is_cut_and_says_so():
    many = [
        {"EventType": "TaskCompleted", "Timestamp": at(n), "ScheduledTime": at(n - 1), "FunctionName": "send_batch"}
        for n in range(1, MOST_BARS + 11)
    ]

    gantt = gantt_of(many, START, START + timedelta(seconds=500))

    assert (len(gantt.bars), gantt.left_out) == (MOST_BARS, 10)


def test_a_history_that_holds_anything_is_shown_as_far_as_it_can_be_read():
    odd: list[dict[str, Any]] = [
        {},
        {"EventType": "TaskCompleted", "Timestamp": "soon"},
        {"EventType": 7, "Timestamp": None},
    ]

    assert [moment.kind for moment in moments_of(odd)] == ["?", "TaskCompleted", "7"]
    assert gantt_of(odd, START, START).bars == []


def test_events_say_how_long_they_took_and_what_they_brought():
    moments = moments_of(history())

    assert [(moment.kind, moment.took) for moment in moments[1:4]] == [
        ("TaskCompleted", timedelta(seconds=10)),
        ("TimerCreated", None),
        ("TimerFired", timedelta(seconds=31)),
    ]
    assert moments[-1].content == {"by": "ann"}
    assert [moment.failed for moment in moments].count(True) == 1
