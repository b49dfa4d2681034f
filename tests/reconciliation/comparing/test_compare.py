"""Comparing: counting in columns and judging one by one come to the same; keys are exact; parts keep every row."""

import uuid
from datetime import timedelta
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciliation.comparing import compare as comparing
from reconciliation.comparing import grouping
from reconciliation.comparing.accounts import Accounts, total
from reconciliation.comparing.compare import Scope, compare
from reconciliation.comparing.differences import MAX_EXAMPLES, Difference
from reconciliation.reading.rows import (
    NO_STORE,
    ROW,
    Flag,
    Kind,
    PartError,
    Rows,
    RowWriter,
    decode_segment,
    header_length,
    segment_of,
    store_number,
)
from tests.reconciliation.rows_in_memory import KEYS
from tests.reconciliation.world import START

SCOPE = Scope(100, 103, ("ns/hub/0", "ns/hub/1"))
IDS = [str(uuid.UUID(int=number)) for number in (1, 2, 1 << 64, (1 << 64) + 1, 3 << 100)] + ["odd", "\0p0-7", ""]

SIGHTING = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from([kind for kind in Kind if kind < Kind.CASE]),
    st.integers(97, 106),
    st.sampled_from((NO_STORE, 1, 2)),
    st.sampled_from((0, 1, 1, 2, 5, 8, 16, 17)),
    st.integers(0, 3),
    st.integers(0, 1),
)


def gathered(sightings: list[tuple[str, Kind, int, int, int, int, int]]) -> tuple[Rows, dict[int, str]]:
    rows = RowWriter(KEYS)
    for identifier, kind, window, store, flags, sequence, stream in sightings:
        rows.add(kind, [identifier], window, store, flags=flags, sequences=sequence, stream=stream)
    data = rows.encode(0)
    offset, length = segment_of(data[: header_length(0)], 0)
    return decode_segment(data[offset : offset + length])


@given(st.lists(SIGHTING, max_size=25), st.booleans())
@example([(IDS[0], kind, 100, 1, 0, 0, 0) for kind in (Kind.CAPTURED, Kind.DOCUMENT)], False)
@settings(max_examples=150)
def test_what_is_counted_in_columns_is_what_judging_each_id_gives(
    sightings: list[tuple[str, Kind, int, int, int, int, int]], with_documents: bool
):
    rows, names = gathered(sightings)
    scope = Scope(SCOPE.first_window, SCOPE.last_window, SCOPE.partitions, with_documents)

    in_columns = compare(rows, names, KEYS, scope)
    with patch.object(comparing, "_in_order", none_in_order):
        one_by_one = compare(rows, names, KEYS, scope)

    assert in_columns == one_by_one


def test_the_examples_of_many_buckets_are_the_first_in_time():
    differences = [Difference(START + timedelta(minutes=n), f"{n:03}") for n in range(3 * MAX_EXAMPLES)]
    buckets = [
        Accounts(differences={"duplicates": len(half)}, examples={"duplicates": half[:MAX_EXAMPLES]})
        for half in (differences[1::2], differences[::2])
    ]

    accounts = total(buckets)

    assert accounts.examples == {"duplicates": differences[:MAX_EXAMPLES]}
    assert accounts.count("duplicates") == 3 * MAX_EXAMPLES


@pytest.mark.parametrize("copies", [4_096, 4_097, 4_098])
def test_an_id_that_is_seen_thousands_of_times_is_not_taken_for_one_in_order(copies: int):
    kinds = [*[Kind.CAPTURED] * copies, Kind.VERDICT, Kind.DOCUMENT]
    rows, names = gathered([(IDS[0], kind, 101, 1, 1, place, 0) for place, kind in enumerate(kinds)])

    result = compare(rows, names, KEYS, SCOPE)
    result.count()

    accounts = result.accounts
    assert (accounts.events, accounts.captured, accounts.count("missing_from_suspicious")) == (copies, 1, 1)


def none_in_order(columns: object, starts: Rows, scope: Scope) -> tuple[Rows, Rows]:
    return np.zeros(len(starts), bool), np.zeros(len(starts), bool)


def test_ids_that_share_half_of_their_bits_are_different_ids():
    first, second = str(uuid.UUID(int=(7 << 64) | 1)), str(uuid.UUID(int=(7 << 64) | 2))
    sightings = [
        (content, kind, 101, 1, 1, i, 0)
        for i, content in enumerate((first, second, first))
        for kind in (Kind.CAPTURED,)
    ]
    rows, names = gathered(sightings)

    accounts = compare(rows, names, KEYS, Scope(100, 103, SCOPE.partitions, with_documents=False)).accounts

    assert (accounts.captured, accounts.resent, accounts.expected) == (2, 1, 2)


@given(st.lists(st.uuids().map(str) | st.text(max_size=40), max_size=20))
def test_a_uuid_is_its_own_key_and_any_other_id_keeps_its_name(ids: list[str]):
    keys, names = KEYS.of_ids(ids)

    for position, identifier in enumerate(ids):
        assert names.get(position) or KEYS.id_of(*map(int, keys[position])) == identifier or identifier == ""
    assert len({tuple(key) for key in keys.tolist()}) == len(set(ids))


@pytest.mark.parametrize("odd", ["A" * 36, str(uuid.UUID(int=10**30)).upper(), " " * 36, "0" * 36, "é" * 36, "-" * 36])
def test_what_only_looks_like_a_uuid_keeps_its_name(odd: str):
    assert KEYS.of_ids([odd, str(uuid.UUID(int=5))])[1] == {0: odd}


@given(st.lists(st.uuids().map(str) | st.text(max_size=5), max_size=60), st.integers(0, 5))
def test_every_row_is_in_one_bucket_with_its_name(ids: list[str], bits: int):
    writer = RowWriter(KEYS)
    writer.add(Kind.CAPTURED, ids, 100, 1, sequences=list(range(len(ids))))
    part = writer.encode(bits)

    named: dict[int, str] = {}
    for bucket in range(2**bits):
        offset, length = segment_of(part[: header_length(bits)], bucket)
        rows, names = decode_segment(part[offset : offset + length])
        for position, row in enumerate(rows.tolist()):
            named[row[3]] = names.get(position, KEYS.id_of(row[0], row[1]))

    assert named == dict(enumerate(ids))


def test_what_is_no_part_is_refused():
    with pytest.raises(PartError):
        segment_of(b"x" * 40, 0)
    with pytest.raises(PartError):
        segment_of(RowWriter(KEYS).encode(1)[: header_length(1)], 2)
    with pytest.raises(PartError):
        decode_segment(b"\xc1")


def test_a_store_is_compared_in_its_normal_form():
    assert [store_number(store) for store in (None, 7, -7, 7.0, "7", True)] == [NO_STORE, 7, -7, 7, 7, 1]
    assert {store_number(store) for store in (2**62, "Rome", 7.5, 1e300, float("inf"), [7])} == {NO_STORE}


def test_flags_fit_a_row():
    assert max(Flag) < 2**8


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 63), st.booleans())
def test_equal_keys_come_together_though_their_hashes_begin_alike(keys: list[int], shift: int, many: bool):
    rows = np.zeros(len(keys) + 1, ROW)
    rows["lower"][1:] = keys
    most = 0 if many else 1_000

    def hash_of(rows: Rows) -> Rows:
        return rows["lower"] & ~np.uint64(1) << np.uint64(shift)

    with (
        patch.object(grouping, "mixed", hash_of),
        patch.object(grouping, "MOST_COLLISIONS", most),
    ):
        order, starts = grouping.grouped(rows)

    groups = [sorted(set(rows["lower"][places].tolist())) for places in np.split(order, starts[1:])]
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert sorted(groups) == [[key] for key in sorted({0, *keys})]
    assert all(places.tolist() == sorted(places.tolist()) for places in np.split(order, starts[1:]))
