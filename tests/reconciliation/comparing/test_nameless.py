"""Flagged events without a usable id are counted once each, in the range in which they arrived."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation.comparing.classes import NUMBER
from reconciliation.ranges import Range, milliseconds
from tests.reconciliation.comparing.single_event import BEFORE, EDGE, flagged, world_of
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.world import PARTITIONS, RANGE, START, Event

MIDDLE = START + timedelta(minutes=30)


def nameless(moment: int = EDGE) -> Event:
    """A fraud whose id is a number."""
    sale = flagged(moment)
    body = json.dumps(json.loads(sale.body) | {"id": 7}).encode()
    return replace(sale, id="", body=body, flagged=False, store=None)


def test_it_is_counted_and_breaks_the_balance():
    report = world_of(nameless()).reconcile()

    assert (report.verdict, report.accounts.nameless) == ("differences", 1)
    assert "without a usable id" in report.sentence


def test_it_is_counted_once_though_the_job_reports_it():
    world = world_of(nameless())
    world.suspicious = [suspicious_row(BEFORE, 7, []) | {"ids": [7]}]

    report = world.reconcile()

    assert (report.accounts.nameless, report.accounts.unreadable, report.faults) == (1, 0, ["nameless"])


@pytest.mark.parametrize("bits", [0, 3])
def test_each_is_counted_in_its_own_range_only(bits: int):
    world = world_of(nameless(EDGE), nameless(EDGE + 1), replace(nameless(EDGE + 2), partition=1))
    earlier, later = Range(MIDDLE - timedelta(minutes=15), MIDDLE), Range(MIDDLE, MIDDLE + timedelta(minutes=15))
    after = Range(later.end, later.end + timedelta(minutes=15))

    reports = [world.reconcile(bits, span=span) for span in (earlier, later, after, RANGE)]

    assert [report.accounts.nameless for report in reports] == [1, 2, 0, 3]
    assert reports[2].balanced


def test_those_of_one_body_count_each_and_a_blob_that_was_written_twice_adds_none():
    sale = nameless()
    body = b"[" + b",".join([sale.body] * 3) + b"]"
    world = world_of(replace(sale, body=body), nameless(EDGE + 1))
    path = f"{PARTITIONS[0]}/{MIDDLE + timedelta(minutes=5):%Y/%m/%d/%H/%M}"
    world.blobs[f"{path}/01.avro"] = world.blobs[f"{path}/00.avro"]

    report = world.reconcile()

    assert (report.accounts.nameless, report.accounts.reread) == (4, 3)


def test_what_is_behind_the_compared_windows_waits_for_the_next_run():
    late = milliseconds(START + timedelta(minutes=50))
    world = world_of(nameless(late))
    until = f"{PARTITIONS[1]}/{START:%Y/%m/%d}/10/40"
    world.blobs = {
        path: data for path, data in world.blobs.items() if not path.startswith(PARTITIONS[1]) or path < until
    }
    world.suspicious.append(suspicious_row(nameless(late).window, 7, []) | {"ids": [7]})

    report = world.reconcile()

    assert (report.verdict, report.accounts.nameless) == ("incomplete", 0)


@pytest.mark.parametrize("identifier", ["", "x" * 256, None, 7])
def test_whatever_makes_its_id_unusable_its_verdict_by_place_is_compared_and_the_report_says_so(identifier: object):
    sale = nameless()
    world = world_of(replace(sale, body=json.dumps(json.loads(sale.body) | {"id": identifier}).encode()))

    report = world.reconcile()

    assert (report.accounts.nameless, report.accounts.judged_by_place, report.differences) == (1, 1, [])
    assert "missing, empty, too long or not a text" in NUMBER["nameless"].explanation
    assert "verdicts by place are compared" in NUMBER["nameless"].advice
