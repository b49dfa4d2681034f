"""JSON as it crosses the wire: its types, decoding with the service's refusals, responses."""

import re
import uuid
from itertools import accumulate
from typing import Any, TypeAlias

import msgspec

from local_azure.cosmos.charges import REFUSAL_CHARGE
from local_azure.cosmos.errors import CosmosError, bad_request, unsupported

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
MAX_NESTING = 128

encode = msgspec.json.Encoder().encode
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f]")
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(each for each in range(256) if each not in _STEPS)
_NEITHER = _NO_BRACKETS.replace(b'"', b"")
_decoder = msgspec.json.Decoder[Any]()


class Reply(msgspec.Struct):
    """The answer to a request; `body` is JSON, or HybridRow after a batch that came so, or empty."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}
    charge: float = 1.0


def decode(body: bytes, what: str) -> JsonValue:
    """The JSON value of `body`; 400 that names `what` if it is not JSON or nested too deep."""
    check_nesting(body, what)
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        if body[:1] == b"\x80":
            raise unsupported(f"{what} in CosmosBinary (AZURE_COSMOS_BINARY_ENCODING_ENABLED)") from problem
        escaped = _with_escapes(body) if _CONTROL.search(body) else body
        if escaped == body:
            raise bad_request(f"{what} is not valid JSON: {problem}") from problem
        return decode(escaped, what)


def _with_escapes(body: bytes) -> bytes:
    """JSON whose strings hold raw tabs or line breaks, which the service takes, with escapes in their place."""

    def escaped(string: re.Match[bytes]) -> bytes:
        return _CONTROL.sub(lambda character: b"\\u%04x" % character[0][0], string[0])

    return _STRING.sub(escaped, body)


def decode_object(body: bytes, what: str) -> JsonObject:
    """The JSON object of `body`, or 400."""
    value = decode(body, what)
    if not isinstance(value, dict):
        raise bad_request(f"{what} must be a JSON object.")
    return value


def error_reply(error: CosmosError) -> Reply:
    """The error body that the SDKs read: `{code, message}`, and the sub status in a header."""
    headers = dict(error.headers)
    if error.substatus:
        headers["x-ms-substatus"] = str(error.substatus)
    # 304 must not have a body, and clients would wait for one.
    body = b"" if error.status == 304 else encode({"code": error.code, "message": error.message, **error.members})
    return Reply(error.status, body, headers, charge=REFUSAL_CHARGE)


def new_activity_id() -> str:
    """An id for the log of one request, where the client has sent none."""
    return str(uuid.uuid4())


def check_nesting(body: bytes, what: str) -> None:
    """400 for brackets nested more than `MAX_NESTING` deep."""
    # Brackets are counted first: only a body that could be too deep is walked.
    if body.count(b"[") + body.count(b"{") <= MAX_NESTING:
        return
    if max(accumulate(map(_STEPS.__getitem__, _brackets(body)), initial=0)) > MAX_NESTING:
        raise bad_request(f"{what} is nested more than {MAX_NESTING} deep.")


def _brackets(body: bytes) -> bytes:
    """The brackets that stand outside of strings, and nothing else."""
    if b"\\" in body or body.count(b'"') % 2:
        return _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    # Without escapes every other part between quotes is a string.
    return b"".join(body.translate(None, _NEITHER).split(b'"')[::2])
