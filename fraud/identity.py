"""The identity of an event: its content. Its id is only what a producer calls it.

Where a content is kept and under which name is computed from store, id and content alone, so that whoever writes, looks
up, repairs or observes an event comes to the same place.
"""

from collections.abc import Callable
from hashlib import sha256
from math import isinf
from typing import Any
from zlib import crc32

import msgspec

from fraud.events import OWN_IDS, StoreKey

KEYS_PER_STORE = 128
"""Partition keys that a store's events are spread over. A key holds 20 GB at most and lies on one physical partition
(Azure Cosmos DB service quotas), so a store of its own would be both full and hot."""

_EXACT = 2**53
"""Cosmos keeps numbers as doubles: whole ones are exact below this."""

_encoder = msgspec.json.Encoder(order="deterministic")

_AS_ZEROS = bytes(ord("0") if chr(octet).isdecimal() else ord(" ") for octet in range(128)) + b" " * 128
INEXACT_DIGITS = len(str(_EXACT))
"""A whole number that Cosmos does not keep exactly has this many digits at least."""
BIGINT_DIGITS = len(str(2**63))
"""One beyond 64 bits has this many."""


def archive_key(store: StoreKey, event_id: str) -> str:
    """The partition key of an event in the archive: `{store}-{crc32(id) % 128}`."""
    return f"{store}-{crc32(event_id.encode('utf-8', 'surrogatepass')) % KEYS_PER_STORE}"


def has_digits(body: bytes, count: int) -> bool:
    """True if so many decimal digits stand in a row; a regular expression takes ten times as long to look."""
    return b"0" * count in body.translate(_AS_ZEROS)


def canonical(content: dict[str, Any]) -> bytes:
    """An event's fields as its producer sent them, in one form whatever their order and the way numbers are written.

    A store that is null is one that is missing, as the archive has it; 20.0 and 20 are one number, as Cosmos has it.
    """
    fields = {name: _plain(value) for name, value in content.items()}
    if fields.get("store_id") is None:
        fields.pop("store_id", None)
    return _encoder.encode(fields)


def canonical_body(body: bytes, kept: Callable[[dict[str, Any]], dict[str, Any]] = dict) -> bytes:
    """`canonical` of an event as it stands in JSON: the same bytes in half the time, which is what scans wait for.

    A body with numbers that Cosmos does not keep exactly goes through `kept` first. Raises ValueError, of which
    msgspec.DecodeError is one, or RecursionError if not every field of it can be read as an object.
    """
    if has_digits(body, INEXACT_DIGITS):
        return canonical(kept(_decoder.decode(body)))
    fields = quick_fields(body)
    if fields.get("store_id") is None:
        fields.pop("store_id", None)
    return written(fields)


def _number(text: str) -> float:
    number = float(text)
    if number.is_integer():
        return int(number) if -_EXACT < number < _EXACT else number
    if isinf(number):
        raise ValueError(f"{text[:40]} is beyond all bounds")
    return number


_decoder = msgspec.json.Decoder(dict[str, Any])

quick_fields = msgspec.json.Decoder(dict[str, Any], float_hook=_number).decode
"""The fields of a body without numbers that Cosmos does not keep exactly; raises as `canonical_body` does."""

written = _encoder.encode
"""These fields as `canonical` writes them, if `store_id` is not null."""


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [_plain(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return _as_double(value)
    return value


def _as_double(value: int) -> float | int:
    try:
        return float(value)
    except OverflowError:
        return value  # beyond all doubles: no archive keeps it, but two contents with it must be told apart


def content_digest(form: bytes) -> str:
    """The name of a content in evidence: 128 bits in hexadecimal, of its canonical form."""
    return sha256(form).hexdigest()[:32]


def further_id(event_id: str, content: dict[str, Any]) -> str:
    """The document id of a content that arrived under an id which another content has already.

    128 bits of a digest of both: the documents of two contents never share an id, and those of one always do.
    """
    body = canonical(content)
    name = event_id.encode("utf-8", "surrogatepass")
    return OWN_IDS + sha256(b"%d:%b%b" % (len(name), name, body)).hexdigest()[:32]
