"""JSON as it crosses the wire: its types, decoding with the service's refusals, responses."""

import re
import uuid
from typing import Any, TypeAlias

import msgspec

from local_azure.cosmos.errors import CosmosError, bad_request

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
MAX_NESTING = 128

encode = msgspec.json.Encoder().encode
_BRACKET_OR_STRING = re.compile(rb'[\[\]{}]|"(?:[^"\\]|\\.)*"', re.DOTALL)
_decoder = msgspec.json.Decoder[Any]()


class Reply(msgspec.Struct):
    """What a request is answered with; `body` is JSON, or empty."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}
    charge: float = 1.0


def decode(body: bytes, what: str) -> JsonValue:
    """The JSON value of `body`; 400 that names `what` if it is no JSON or nested too deep."""
    check_nesting(body, what)
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"{what} is not valid JSON: {problem}") from problem


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
    body = b"" if error.status == 304 else encode({"code": error.code, "message": error.message})
    return Reply(error.status, body, headers, charge=0)


def new_activity_id() -> str:
    """An id for the log of one request, where the client has sent none."""
    return str(uuid.uuid4())


def check_nesting(body: bytes, what: str) -> None:
    """400 for brackets nested more than `MAX_NESTING` deep."""
    # Brackets are counted first: only a body that could be too deep is walked.
    if body.count(b"[") + body.count(b"{") <= MAX_NESTING:
        return
    depth = 0
    for bracket in _BRACKET_OR_STRING.findall(body):
        if bracket in (b"[", b"{"):
            depth += 1
            if depth > MAX_NESTING:
                raise bad_request(f"{what} is nested more than {MAX_NESTING} deep.")
        elif bracket in (b"]", b"}"):
            depth -= 1
