"""Batches in HybridRow, the binary format that the SDK for .NET sends and reads; all numbers are little-endian.

A stream has a segment header and then records: length, CRC-32 and a row. A row has the id of its schema, a mask that
says which of its variable fields are there, the fixed fields, the variable ones (length, bytes), and the sparse ones
(type, number, value). The schemas are BatchSchemas.json of azure-cosmos-dotnet-v3.
"""

import struct
import zlib
from collections.abc import Iterator

import msgspec

from local_azure.cosmos.batch_operations import BatchOperation, Result
from local_azure.cosmos.errors import bad_request, unsupported

FIRST_BYTE = b"\x81"
_SEGMENT = bytes.fromhex("81f0d8ff7f010a000000")
_RECORD = bytes.fromhex("81f1d8ff7f")
_OPERATION = bytes.fromhex("817054e17f")
_RESULT = bytes.fromhex("817154e17f")

_OPERATIONS = {0: "Create", 1: "Patch", 2: "Read", 4: "Delete", 5: "Replace", 20: "Upsert"}
_VARIABLE_FIELDS = ("partitionKey", "effectivePartitionKey", "id", "binaryId", "resourceBody")
_FALSE, _TRUE, _INT32, _TEXT = 0x02, 0x03, 0x07, 0x14
_IF_MATCH, _IF_NONE_MATCH, _MINIMAL = 9, 10, 12


def read_operations(body: bytes) -> list[BatchOperation]:
    """The operations of a batch. 400 for bytes that are not such a batch."""
    try:
        return [_operation(row) for row in _rows(body)]
    except (struct.error, IndexError, UnicodeDecodeError) as problem:
        raise bad_request(f"The batch in HybridRow is cut short or malformed: {problem}") from problem


def write_results(results: list[Result]) -> bytes:
    """The answer to a batch that came in this format."""
    return _SEGMENT + b"".join(_record(_result(result)) for result in results)


def _rows(body: bytes) -> Iterator[bytes]:
    if body[:5] != _SEGMENT[:5]:
        raise bad_request("The batch in HybridRow does not begin with a segment.")
    (length,) = struct.unpack_from("<i", body, 6)
    place = max(length, len(_SEGMENT))
    while place < len(body):
        if body[place : place + 5] != _RECORD:
            raise bad_request("The batch in HybridRow has something that is not a record.")
        length, checksum = struct.unpack_from("<II", body, place + 5)
        place += 13
        row = body[place : place + length]
        if len(row) != length or zlib.crc32(row) != checksum:
            raise bad_request("A record of the batch in HybridRow does not have the checksum that it names.")
        yield row
        place += length


def _operation(row: bytes) -> BatchOperation:
    if row[:5] != _OPERATION:
        raise bad_request("A row of the batch in HybridRow is not an operation.")
    mask, kind, _ = struct.unpack_from("<Bii", row, 5)
    if kind not in _OPERATIONS:
        raise unsupported(f"The batch operation {kind}")
    place = 14
    fields: dict[str, bytes] = {}
    for bit, name in enumerate(_VARIABLE_FIELDS, start=2):
        if mask >> bit & 1:
            fields[name], place = _bytes_at(row, place)
    sparse = _sparse(row, place)
    partition = fields.get("partitionKey")
    return BatchOperation(
        operation_type=_OPERATIONS[kind],
        partition_key=None if partition is None else partition.decode(),
        id=fields["id"].decode() if "id" in fields else None,
        resource_body=msgspec.Raw(fields.get("resourceBody", b"")),
        if_match=sparse.get(_IF_MATCH),
        if_none_match=sparse.get(_IF_NONE_MATCH),
        minimal=_MINIMAL in sparse,
    )


def _sparse(row: bytes, place: int) -> dict[int, str]:
    """The texts among the sparse fields, by number; true gives an empty text, and other fields are skipped."""
    fields: dict[int, str] = {}
    while place < len(row):
        kind, number = row[place], row[place + 1]
        place += 2
        if kind == _TEXT:
            value, place = _bytes_at(row, place)
            fields[number] = value.decode()
        elif kind == _TRUE:
            fields[number] = ""
        elif kind == _INT32:
            place += 4
        elif kind != _FALSE:
            raise bad_request(f"A field of the batch in HybridRow has the unknown type {kind}.")
    return fields


def _bytes_at(row: bytes, place: int) -> tuple[bytes, int]:
    """A length of seven bits per byte, least first, and as many bytes; and the place after them."""
    length = shift = 0
    while True:
        byte = row[place]
        place += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if len(row) - place < length:
        raise bad_request("A field of the batch in HybridRow is longer than its row.")
    return row[place : place + length], place + length


def _with_length(value: bytes) -> bytes:
    length, encoded = len(value), bytearray()
    while length > 0x7F:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded) + value


def _result(result: Result) -> bytes:
    etag = result.e_tag.encode()
    body = b"" if result.resource_body is None else bytes(result.resource_body)
    mask = 1 | (2 if result.sub_status_code else 0) | (4 if etag else 0) | (8 if body else 0)
    row = _RESULT + struct.pack("<Bii", mask, result.status_code, result.sub_status_code)
    row += b"".join(_with_length(value) for value in (etag, body) if value)
    return row + struct.pack("<BBIBBd", 0x0B, 5, result.retry_after_milliseconds, 0x10, 6, result.request_charge)


def _record(row: bytes) -> bytes:
    return _RECORD + struct.pack("<II", len(row), zlib.crc32(row)) + row
