"""Events that are compressed with gzip."""

import gzip

import pytest

from local_azure.stream_analytics.job.compression import MAX_BYTES, unpacked


def test_a_compressed_body_is_unpacked():
    assert unpacked(gzip.compress(b'{"id": "zipped"}')) == b'{"id": "zipped"}'


@pytest.mark.parametrize("body", [b"", b'{"id": "plain"}', gzip.compress(b"cut off", mtime=0)[:-9]])
def test_what_is_not_gzip_stays_as_it_is(body: bytes):
    """It becomes an input error of the job, as every body that is not JSON."""
    assert unpacked(body) == body


def test_a_small_event_cannot_fill_the_memory():
    bomb = gzip.compress(bytes(MAX_BYTES + 1))
    assert unpacked(bomb) == bomb
