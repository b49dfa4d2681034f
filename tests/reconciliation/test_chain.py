"""Any deletion, change or exchange of a link is found, the newest included."""

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.chain import Head, check_links, link_path, parse_head


def chain(length: int) -> tuple[list[bytes | None], Head]:
    head, stored = Head(), list[bytes | None]()
    for number in range(length):
        link = head.following(f"reconcile-{number}", {f"report-{number}.json": "0" * 64})
        stored.append(link.data)
        head = link.head
    return stored, head


def problems(
    stored: list[bytes | None], head: Head | None, noted: Head | None = None, announced: str = ""
) -> list[str]:
    return list(check_links(stored, head, noted, announced))


@given(st.integers(0, 8))
def test_a_chain_as_it_was_written_is_in_order(length: int):
    stored, head = chain(length)

    assert problems(stored, head if length else None, head if length else None) == []


@given(st.integers(1, 8), st.data())
def test_a_deleted_link_is_found(length: int, data: st.DataObject):
    stored, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    without = [*stored[:place], None, *stored[place + 1 :]] if place < length - 1 else stored[:-1]

    assert problems(without, head) != []


@given(st.integers(1, 8), st.data())
def test_a_changed_byte_of_a_link_is_found(length: int, data: st.DataObject):
    stored, head = chain(length)
    place = data.draw(st.integers(0, length - 1))
    link = stored[place] or b""
    byte = data.draw(st.integers(0, len(link) - 1))
    changed = link[:byte] + bytes([link[byte] ^ data.draw(st.integers(1, 255))]) + link[byte + 1 :]

    assert problems([*stored[:place], changed, *stored[place + 1 :]], head) != []


@given(st.integers(2, 8), st.data())
def test_two_exchanged_links_are_found(length: int, data: st.DataObject):
    stored, head = chain(length)
    first = data.draw(st.integers(0, length - 2))
    second = data.draw(st.integers(first + 1, length - 1))
    stored[first], stored[second] = stored[second], stored[first]

    assert problems(stored, head) != []


@given(st.integers(2, 8), st.data())
def test_a_tail_written_anew_is_found_by_the_head(length: int, data: st.DataObject):
    """Whoever can write reports can write links that follow each other, and cannot write the head."""
    head = chain(length)[1]
    place = data.draw(st.integers(0, length - 1))
    anew, end = chain(place)
    for number in range(place, length):
        link = end.following(f"reconcile-{number}", {f"report-{number}.json": "f" * 64})
        anew.append(link.data)
        end = link.head

    assert problems(anew, head) != []
    assert problems(anew, end) == []
    assert problems(anew, end, noted=head) != [], "a head that was noted elsewhere finds it though the head was changed"


def test_the_head_alone_is_found_to_be_missing_or_changed():
    stored, _ = chain(3)

    assert problems(stored, None) != []
    assert problems(stored, Head(9, "0" * 64)) != []
    assert problems(stored, chain(1)[1]) != []


def test_a_link_before_the_head_moves_is_no_fault_if_the_head_announces_it():
    for length in (1, 3):
        stored, head = chain(length)
        before = chain(length - 1)[1]

        assert problems(stored, before, announced=head.digest) == []
        assert len(problems(stored, before)) == len(problems(stored, before, announced="0" * 64)) == 1


def test_a_head_is_read_as_it_is_written():
    head = chain(3)[1]

    assert parse_head(str(head)) == head
    assert [parse_head(text) for text in ("", "3", "x:" + "0" * 64, "1:2", f"9{head}" * 20)] == [None] * 5
    assert link_path(12) == "chain/00000012.json"
