"""Batches in HybridRow, byte for byte as the SDK for .NET writes and reads them."""

import struct
import zlib

import msgspec
import pytest

from local_azure.cosmos.batch_operations import Result
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.hybrid_row import read_operations, write_results

SEGMENT = bytes.fromhex("81f0d8ff7f010a000000")
CREATE = SEGMENT + bytes.fromhex("81f1d8ff7f22000000095101a8817054e17f43000000000200000013") + b'{"id":"1","pk":"b"}'
"""A recorded request: one create."""


def batch(row: bytes) -> bytes:
    return SEGMENT + bytes.fromhex("81f1d8ff7f") + struct.pack("<II", len(row), zlib.crc32(row)) + row


def test_a_recorded_batch_is_read() -> None:
    (operation,) = read_operations(CREATE)
    assert (operation.operation_type, operation.id, bytes(operation.resource_body)) == (
        "Create",
        None,
        b'{"id":"1","pk":"b"}',
    )


def test_the_answer_is_that_of_microsofts_writer() -> None:
    result = Result(201, 6.0, e_tag='"x"', resource_body=msgspec.Raw(b'{"id":"1"}'))
    wanted = "81f0d8ff7f010a00000081f1d8ff7f2d00000098d38151817154e17f0dc900000000000000032278220a7b226964223a2231227d"
    assert write_results([result]).hex() == wanted + "0b050000000010060000000000001840"


def test_keys_ids_conditions_and_the_wish_for_no_content_are_read() -> None:
    row = bytes.fromhex("817054e17f") + struct.pack("<Bii", 0b1010111, 5, 2) + b'\x05["b"]' + b"\x011" + b"\x02{}"
    row += b"\x14\x09\x03" + b'"e"' + b"\x14\x0a\x01*" + b"\x07\x0b\x01\x00\x00\x00" + b"\x03\x0c"
    (operation,) = read_operations(batch(row))
    assert (operation.operation_type, operation.partition_key, operation.id) == ("Replace", '["b"]', "1")
    assert (operation.if_match, operation.if_none_match, operation.minimal) == ('"e"', "*", True)


def test_a_body_longer_than_127_bytes_has_a_length_of_two() -> None:
    body = b'{"id":"' + b"x" * 300 + b'"}'
    length = bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    row = bytes.fromhex("817054e17f") + struct.pack("<Bii", 0b1000011, 20, 2) + length + body
    (operation,) = read_operations(batch(row))
    assert (operation.operation_type, bytes(operation.resource_body)) == ("Upsert", body)
    assert bytes([0x83, 2]) + b"b" * 259 in write_results([Result(200, 1.0, resource_body=msgspec.Raw(b"b" * 259))])


@pytest.mark.parametrize(
    "body",
    [
        b"\x81",
        SEGMENT + b"x" * 20,
        CREATE[:-1],
        CREATE[:-2] + b"!}",
        batch(b""),
        batch(bytes.fromhex("817154e17f") + b"\0" * 9),
        batch(bytes.fromhex("817054e17f") + struct.pack("<Bii", 3, 99, 2)),
        batch(bytes.fromhex("817054e17f") + struct.pack("<Bii", 67, 0, 2) + b"\xff\xff\xff\x7f"),
        batch(bytes.fromhex("817054e17f") + struct.pack("<Bii", 3, 0, 2) + b"\x99\x09"),
        batch(bytes.fromhex("817054e17f") + struct.pack("<Bii", 3, 0, 2) + b"\x14"),
    ],
)
def test_bytes_that_are_not_a_batch_are_refused(body: bytes) -> None:
    with pytest.raises(CosmosError) as refusal:
        read_operations(body)
    assert refusal.value.status == 400
