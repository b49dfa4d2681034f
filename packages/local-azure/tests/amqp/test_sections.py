"""The sections of a message: the many of a batch are cut as those of any message are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.encode import described
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.sections import SectionCode, sections, split_batch
from local_azure.amqp.spans import skip

BODIES = st.sampled_from([b"", b"short", b"\x00\x53\x75\xb0" * 5, b"long" * 100])


@given(st.lists(BODIES, max_size=5))
def test_a_batch_is_split_into_its_messages(bodies: list[bytes]):
    assert split_batch(b"".join(described(SectionCode.DATA, body) for body in bodies)) == bodies


@given(st.lists(BODIES, min_size=2, max_size=4), st.integers(0, 2_000), st.integers(0, 255))
def test_a_batch_with_a_wrong_byte_is_cut_where_its_values_end_or_is_refused(bodies: list[bytes], at: int, code: int):
    batch = b"".join(described(SectionCode.DATA, body) for body in bodies)
    at %= len(batch)
    batch = batch[:at] + bytes((code,)) + batch[at + 1 :]
    try:
        parts = sections(batch)
    except DecodeError:
        return
    assert [part.end for part in parts] == [skip(batch, part.value, len(batch)) for part in parts]
    # They come in the order of the standard, in which a wrong byte may have put one before its place.
    placed = sorted(parts, key=lambda part: part.start)
    assert [part.start for part in placed] == [0, *(part.end for part in placed[:-1])]
    assert placed[-1].end == len(batch)


def test_a_batch_that_is_cut_off_is_refused():
    batch = described(SectionCode.DATA, b"x" * 300) * 2
    for end in range(len(batch) // 2 + 1, len(batch)):
        with pytest.raises(DecodeError):
            sections(batch[:end])
