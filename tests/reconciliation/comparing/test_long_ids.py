"""Ids of any length: lists and repairs hold them whole, a report shows their beginning."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from reconciliation.comparing.accounts import Accounts, total
from reconciliation.comparing.compare import Scope, compare
from reconciliation.comparing.differences import MAX_SHOWN, Difference, examples_of
from reconciliation.reading.rows import NO_STORE, Flag, Kind, RowWriter, decode_segment, header_length, segment_of
from reconciliation.repairing.repair import lacking
from tests.reconciliation.comparing.single_event import BEFORE, EDGE, flagged, world_of
from tests.reconciliation.outputs import suspicious_row, verdict_without_event
from tests.reconciliation.rows_in_memory import KEYS
from tests.reconciliation.world import RANGE, START

LONG = "x" * MAX_SHOWN


def test_differences_that_begin_alike_are_listed_though_only_one_is_in_the_archive():
    sent = flagged(EDGE)
    body = sent.body.replace(sent.id.encode(), f"{LONG}-captured".encode())
    world = world_of(replace(sent, id="", body=b"[" + body + b"]", flagged=False, store=None))
    ids = [f"{LONG}-captured", f"{LONG}-never-sent"]
    world.suspicious = [suspicious_row(BEFORE, 7, ids)]
    world.verdicts = [verdict_without_event(BEFORE, 7, name) for name in ids]

    report = world.reconcile()

    (unresolved,) = [of_class for of_class in report.differences if of_class.name == "unresolved"]
    assert unresolved.count == 2
    assert {example.event_id for example in unresolved.examples} == {LONG}


def test_a_repair_judges_the_whole_id():
    rows = RowWriter(KEYS)
    rows.add(Kind.CAPTURED, [f"{LONG}-1", f"{LONG}-2"], BEFORE, 7, flags=Flag.FLAGGED | Flag.EMBEDDED, sequences=[1, 2])
    part = rows.encode(0)
    offset, length = segment_of(part[: header_length(0)], 0)
    scope = Scope(RANGE.first_window, RANGE.last_window, ("ns/hub/0",), with_documents=False)

    differences = compare(*decode_segment(part[offset : offset + length]), KEYS, scope).differences

    needs = lacking(differences, RANGE)
    assert [sorted(ids) for ids in needs.unjudged.values()] == [[f"{LONG}-1", f"{LONG}-2"]]


def test_an_id_that_looks_like_the_place_of_a_malformed_body_stays_an_id():
    rows = RowWriter(KEYS)
    rows.add(Kind.VERDICT, ["\0p0-7"], BEFORE, NO_STORE)
    part = rows.encode(0)
    offset, length = segment_of(part[: header_length(0)], 0)
    scope = Scope(RANGE.first_window, RANGE.last_window, ("ns/hub/0",), with_documents=False)

    differences = compare(*decode_segment(part[offset : offset + length]), KEYS, scope).differences

    assert [difference.event_id for difference in differences["unexpected_absent_from_archive"]] == ["\0p0-7"]


def test_examples_of_many_buckets_are_sorted_whatever_is_known_of_them():
    here = Difference(START, "a", partition="ns/hub/0", sequence_number=3, arrived=START + timedelta(minutes=5))
    nowhere = msgspec.structs.replace(here, partition=None, sequence_number=None, arrived=None)
    buckets = [
        Accounts(differences={"unresolved": 1}, examples={"unresolved": [example]}) for example in (here, nowhere)
    ]

    assert total(buckets).examples == {"unresolved": [nowhere, here]}
    assert examples_of([here, nowhere]) == [nowhere, here]
