"""A memory that somebody has written who knows the future keeps nothing from being told."""

from datetime import UTC, datetime

import msgspec
import pytest

from fraud.watching.checks import Thresholds
from fraud.watching.judging import judged_checks
from fraud.watching.memory import Episode, Memory, PositionsSeen, believed, remembered
from fraud.watching.notices import due_notices, episodes_after
from tests.fraud.watching.pipeline import FACTS, HOUR, MINUTE, NOW, SECOND, SINCE, WINDOW_END, facts, partition, watched

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)
MEMORY = watched(FACTS)


def test_a_memory_of_the_past_is_believed_as_it_is():
    memory = msgspec.structs.replace(
        MEMORY,
        reported=WINDOW_END,
        stuck={"w": NOW},
        episodes={"queue": Episode(since=SINCE, state="standing", told="standing", told_at=NOW)},
    )

    assert believed(memory, NOW - 30 * SECOND) == memory
    assert believed(None, NOW) is None


@pytest.mark.parametrize("memory", [msgspec.structs.replace(MEMORY, since=FUTURE), Memory(since=FUTURE, looks=())])
def test_a_watch_that_begins_in_the_future_begins_now(memory: Memory):
    current = remembered(memory, FACTS)

    assert (current.since, [look.at for look in current.looks]) == (NOW, [NOW])


def test_looks_of_the_future_are_forgotten():
    memory = msgspec.structs.replace(MEMORY, looks=(PositionsSeen(FUTURE, {"0": 9}, {"0": 9}),))

    assert [look.at for look in remembered(memory, FACTS).looks] == [NOW]


def test_a_look_of_the_future_before_others_keeps_no_archiver_from_standing():
    look = PositionsSeen(NOW - 20 * MINUTE, {"0": 900}, {"0": 9})
    memory = Memory(since=SINCE, looks=(msgspec.structs.replace(look, at=FUTURE), look))
    behind = facts(partitions=(partition(last=900, archived=9),))

    checks = judged_checks(behind, remembered(memory, behind), Thresholds())

    assert [(check.state, check.value) for check in checks if check.name == "archiver"] == [("standing", 20 * 60)]


def test_nothing_was_reported_asked_for_or_opened_in_the_future():
    memory = msgspec.structs.replace(
        MEMORY, reported=FUTURE, asked_for_stuck=FUTURE, open_windows={"w": FUTURE, "v": NOW}, stuck={"w": FUTURE}
    )

    kept = believed(memory, NOW)

    assert kept is not None
    assert (kept.reported, kept.asked_for_stuck, kept.open_windows, kept.stuck) == (None, None, {"v": NOW}, {})


@pytest.mark.parametrize(
    "episode",
    [
        Episode(since=NOW - HOUR, state="standing", told="standing", told_at=FUTURE),
        Episode(since=NOW - HOUR, state="standing", told="standing"),
    ],
)
def test_of_what_will_be_told_people_are_told_now(episode: Episode):
    memory = msgspec.structs.replace(MEMORY, episodes={"queue": episode})
    look = facts(waiting=3, oldest_waiting=NOW - 30 * MINUTE)
    current = remembered(memory, look)
    checks = judged_checks(look, current, Thresholds())

    notices = due_notices(current.episodes, episodes_after(current, checks, NOW), checks, NOW)

    assert [(notice.check.name, notice.kind) for notice in notices] == [("queue", "raised")]


def test_an_episode_that_begins_in_the_future_begins_anew():
    memory = msgspec.structs.replace(MEMORY, episodes={"queue": Episode(since=FUTURE, state="ok", told="ok")})

    assert believed(memory, NOW) == msgspec.structs.replace(MEMORY, episodes={})
