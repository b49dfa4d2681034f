import re
from datetime import date

import msgspec

from fraud.archive import quarantined
from fraud.judging import judged
from fraud.quarantine_places import (
    LARGEST_SHARED,
    PATHS_PER_TASK,
    PlacesTask,
    in_order_of_places,
    place_of,
    places_tasks,
)
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body, received

RECORDS = [quarantined(received(event_body(id=number), number), "no id") for number in range(900, 1_200)]


def test_places_are_judged_by_partition_window_and_thousand_however_the_hub_delivers_them():
    together = places_tasks(RECORDS)
    apart = [task for record in reversed(RECORDS) for task in places_tasks([record])]

    assert {task.name for task in together} == {task.name for task in apart}
    assert sorted(path for task in together for path in task.paths) == sorted(record.path for record in RECORDS)
    assert max(len(task.paths) for task in together) == PATHS_PER_TASK
    assert together[0].verdicts_path.startswith("quarantine/2026/01/02/1010/quarantine-p1-20260102T101000Z-")


def test_a_large_body_has_verdicts_and_a_case_of_its_own_which_no_alert_of_its_neighbours_is_called_like():
    large = quarantined(received(event_body(id=7, note="x" * LARGEST_SHARED), 905), "no id")
    shared, alone = sorted(places_tasks([*RECORDS[:3], large]), key=lambda task: task.name)

    assert (shared.paths, alone.paths) == (tuple(record.path for record in RECORDS[:3]), (large.path,))
    assert alone.verdicts_path == shared.verdicts_path.replace("-0.ndjson", "-0-at-905.ndjson")
    assert msgspec.convert(msgspec.to_builtins(alone), PlacesTask) == alone
    assert not re.fullmatch(rf"{shared.name}(-\d+)?", alone.name), "so the alert of a revision is called"


def test_a_delivery_that_comes_again_starts_nothing_new():
    assert [task.instance_id for task in places_tasks(RECORDS)] == [task.instance_id for task in places_tasks(RECORDS)]
    assert len({task.instance_id for record in RECORDS for task in places_tasks([record])}) == len(RECORDS)


def test_the_input_of_the_orchestration_stays_small():
    assert PATHS_PER_TASK * len(RECORDS[0].path) < 20_000


def test_an_input_of_before_means_the_set_of_single_fields_and_is_written_as_it_was():
    task = places_tasks(RECORDS[:1])[0]
    before = {"partition": "1", "window_start": "2026-01-02T10:05:00Z", "window_end": "2026-01-02T10:10:00Z"}
    before |= {"thousand": 0, "paths": (RECORDS[0].path,)}

    assert msgspec.to_builtins(task) == before
    assert msgspec.convert(before, PlacesTask) == task
    assert (task.rules, task.needs_context) == ("seed", False)
    named = msgspec.structs.replace(task, rules="context@1", profile_day=date(2026, 1, 1))
    assert msgspec.convert(msgspec.to_builtins(named), PlacesTask) == named
    assert (named.needs_context, named.instance_id) == (True, task.instance_id)


def test_verdicts_by_place_are_kept_once_each_and_in_order():
    verdicts = [judged({}, None, WINDOW, None, name=place_of(record, 0)) for record in RECORDS[:3]]
    again = judged({"x": 1}, None, WINDOW, None, name=place_of(RECORDS[1], 0))

    assert in_order_of_places(verdicts[:2], [verdicts[2], again]) == [verdicts[0], again, verdicts[2]]
    assert place_of(RECORDS[0], 2) == "p1-900/2"
