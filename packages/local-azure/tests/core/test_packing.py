"""Bodies in a file: packed with a dictionary of their own kind, and read as they were, whatever they are."""

import sqlite3
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.core import packing
from local_azure.core.packing import GROWTH, SAMPLES, Dictionaries, Packer
from local_azure.core.sqlite import open_database

Open = Callable[[], tuple[Dictionaries, Packer]]

BODY = (
    b'{"id":"%08d","customer":"c-%d","category":"garden furniture","payment":"gift card","priority":true,"note":"%s"}'
)
SIZE = len(BODY % (0, 0, b""))


def body(number: int, note: bytes = b"as always, left at the door") -> bytes:
    return BODY % (number * 7919 % 10**8, number % 1000, note)


def opened(folder: Path, held: int = 0) -> tuple[sqlite3.Connection, Dictionaries, Packer]:
    database = open_database(folder / "x.db", packing.SCHEMA)
    dictionaries = Dictionaries(database)
    return database, dictionaries, dictionaries.packer("owner", held)


def packed(database: sqlite3.Connection, packer: Packer, plain: bytes) -> bytes:
    """One body as it is written, and what is due after it learned at once."""
    result = packer.pack(plain)
    if packer.is_due:
        packer.learn(database.execute)
    return result


def learned(folder: Path) -> tuple[Dictionaries, Packer]:
    """A packer with its first dictionary."""
    database, dictionaries, packer = opened(folder)
    for number in range(SAMPLES):
        packed(database, packer, body(number))
    return dictionaries, packer


def test_a_body_like_those_before_it_takes_a_fifth(tmp_path: Path):
    database, dictionaries, packer = opened(tmp_path)
    written = [packed(database, packer, body(number)) for number in range(1_000)]
    assert [dictionaries.unpack(each) for each in written] == [body(number) for number in range(1_000)]
    assert written[:SAMPLES] == [body(number) for number in range(SAMPLES)], "nothing is learned yet"
    assert sum(map(len, written[SAMPLES:])) < 0.2 * sum(map(len, map(body, range(SAMPLES, 1_000))))


def test_a_body_packed_with_codes_of_its_own_is_read_as_earlier_versions_wrote_it(tmp_path: Path):
    dictionaries, packer = learned(tmp_path)
    plain = b"".join(b"%d," % (number * 7919 % 10_007) for number in range(200))
    deflating = zlib.compressobj(6, zlib.DEFLATED, -13, 6, zlib.Z_DEFAULT_STRATEGY, dictionaries.content(1))
    written = b"\x01\x00\x01" + deflating.compress(plain) + deflating.flush()
    assert written != packer.pack(plain)
    assert dictionaries.unpack(written) == dictionaries.unpack(packer.pack(plain)) == plain


def test_a_body_of_some_kilobytes_has_codes_of_its_own_since_they_make_it_shorter(tmp_path: Path):
    dictionaries, packer = learned(tmp_path)
    plain = b"".join(b"%d," % (number * 7919 % 10_007) for number in range(600))
    with_fixed = zlib.compressobj(6, zlib.DEFLATED, -13, 6, zlib.Z_FIXED, dictionaries.content(1))
    assert len(packer.pack(plain)) < 0.9 * len(with_fixed.compress(plain) + with_fixed.flush())


likely = st.builds(body, st.integers(0, 10**9), st.binary(max_size=300))
any_body = st.binary(max_size=600) | st.binary(max_size=30).map(lambda begin: b"\x01" + begin * 300) | likely


@settings(max_examples=40)
@given(st.lists(any_body, max_size=40), st.integers(0, SAMPLES * GROWTH * 2))
def test_any_body_is_read_as_it_was_also_by_the_next_process(bodies: list[bytes], before: int):
    with tempfile.TemporaryDirectory() as folder:
        database, dictionaries, packer = opened(Path(folder))
        for number in range(min(before, SAMPLES)):
            packed(database, packer, body(number))
        written = [packed(database, packer, each) for each in bodies]
        assert [dictionaries.unpack(each) for each in written] == bodies
        assert all(len(each) <= len(plain) + 20 for each, plain in zip(written, bodies, strict=True))
        database.close()
        database, dictionaries, packer = opened(Path(folder), before)
        written += [packed(database, packer, each) for each in bodies]
        assert [dictionaries.unpack(each) for each in written] == bodies * 2
        database.close()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 8_191, 8_192, 8_193, 100_000])
@pytest.mark.parametrize("learned", [False, True])
def test_a_body_of_any_size_is_unpacked_as_it_was_packed(tmp_path: Path, size: int, learned: bool):
    database, dictionaries, packer = opened(tmp_path)
    for number in range(SAMPLES * learned):
        packed(database, packer, body(number))
    for plain in (b"x" * size, (body(1) * 1_000)[:size], bytes(range(1, 256)) * (size // 255)):
        assert dictionaries.unpack(packer.pack(plain)) == plain


def test_owners_learn_again_when_their_bodies_have_become_others(tmp_path: Path):
    database, dictionaries, packer = opened(tmp_path)
    for number in range(SAMPLES * GROWTH - SAMPLES):
        packed(database, packer, body(number))
    other = (
        b"<order><no>%d</no><shipped>by rail, in a container of its own</shipped><paid>on account</paid></order>"
        + b" " * 30
    )
    before = len(packer.pack(other % 1))
    for number in range(2 * SAMPLES):
        packed(database, packer, other % number)
    assert len(packer.pack(other % 1)) < before / 2
    assert database.execute("SELECT count(*) FROM dictionary").fetchone() == (2,)
    assert dictionaries.unpack(packer.pack(other % 7)) == other % 7


def test_a_process_goes_on_with_the_dictionary_of_the_one_before(tmp_path: Path):
    database, _, packer = opened(tmp_path)
    for number in range(SAMPLES):
        packed(database, packer, body(number))
    database.close()
    database, _, packer = opened(tmp_path, SAMPLES)
    assert len(packed(database, packer, body(1))) < SIZE / 2
    assert database.execute("SELECT count(*) FROM dictionary").fetchone() == (1,)


def test_owners_that_write_to_one_file_in_turns_have_dictionaries_of_their_own(tmp_path: Path):
    database = open_database(tmp_path / "x.db", packing.SCHEMA)
    dictionaries = [Dictionaries(database) for _ in range(3)]
    packers = [own.packer(f"partition {number}", 0) for number, own in enumerate(dictionaries)]
    for number in range(SAMPLES + 1):
        for own, packer in zip(dictionaries, packers, strict=True):
            assert own.unpack(packed(database, packer, body(number))) == body(number)
    assert database.execute("SELECT count(DISTINCT number), count(DISTINCT owner) FROM dictionary").fetchone() == (3, 3)


def test_bodies_of_an_owner_that_is_forgotten_leave_nothing(tmp_path: Path):
    database, dictionaries, packer = opened(tmp_path)
    for number in range(SAMPLES):
        packed(database, packer, body(number))
    written = packer.pack(body(1))
    dictionaries.forget("owner", database.execute)
    assert database.execute("SELECT count(*) FROM dictionary").fetchone() == (0,)
    with pytest.raises(ValueError, match="lacks the dictionary 1"):
        dictionaries.unpack(written)


def test_a_body_that_is_cut_off_is_not_taken_for_a_shorter_one(tmp_path: Path):
    database, dictionaries, packer = opened(tmp_path)
    for number in range(SAMPLES):
        packed(database, packer, body(number))
    for plain in (body(1), b"x" * 10_000):
        with pytest.raises(ValueError, match="cut off"):
            dictionaries.unpack(packer.pack(plain)[:-3])


def test_bodies_are_written_as_they_are_once_no_number_is_left(tmp_path: Path):
    database, dictionaries, packer = opened(tmp_path)
    database.execute("INSERT INTO dictionary VALUES(65535, 'another', x'00')")
    for number in range(SAMPLES + 1):
        assert packed(database, packer, body(number)) == body(number)
    large: Any = body(0) * 1_000
    assert dictionaries.unpack(packer.pack(large)) == large
