"""Read the query and the body of a request, within bounds."""

import asyncio
import codecs
import json
import math
import re

from aiohttp import web
from multidict import CIMultiDict

from local_azure.durable.dotnet_times import LEAST_TIME, read_time
from local_azure.durable.errors import BadRequestError, UnreadableBodyError
from local_azure.durable.newtonsoft import compact, too_deep
from local_azure.durable.queries import DEFAULT_PAGE, InstanceFilter

MAX_BODY = 32 << 20
_NAMES = "Unknown Running Completed ContinuedAsNew Failed Canceled Terminated Pending Suspended"
_STATUSES = dict(enumerate(_NAMES.split(), -1))
"""By the extension's numbers."""
_LARGE = re.compile(r"[eE][+]?[0-9]{3}|[0-9]{309}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_SECONDS = re.compile(r"[+-]?(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:infinity|nan)")
_LONGEST_SPAN = 922_337_203_685
"""Seconds: 2^63 ticks."""
_CHARSETS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32-le",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "us-ascii": "ascii",
    "ascii": "ascii",
}
"""The encodings that .NET has of its own, by Python's names."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_CHARSET = (
    "The character set provided in ContentType is invalid. Cannot read content as string using an invalid character "
    "set."
)
_INVALID_OPERATION = "System.InvalidOperationException"

BODY_SECONDS = 60.0
"""The time that a client may take to send a body, in real seconds."""


class QueryTooLargeError(Exception):
    """The body is larger than the engine takes."""


class TooSlowError(Exception):
    """The body did not come in time."""


async def text_body(request: web.Request) -> str:
    """The body as text. Raises QueryTooLargeError beyond 32 MiB, TooSlowError, BadRequestError for its charset."""
    if request.content_length is not None and request.content_length > MAX_BODY:
        raise QueryTooLargeError
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(1 << 16):
                body += chunk
                if len(body) > MAX_BODY:
                    raise QueryTooLargeError
    except TimeoutError as error:
        raise TooSlowError from error
    return _decoded(bytes(body), (request.charset or "").lower())


def _decoded(body: bytes, charset: str) -> str:
    """A body as .NET reads it: by its charset, its byte order mark, or as UTF-8, with U+FFFD for odd bytes."""
    if charset and charset not in _CHARSETS:
        # The extension answers 500.
        raise BadRequestError("Something went wrong while processing your request", _NO_CHARSET, _INVALID_OPERATION)
    encoding = _CHARSETS.get(charset) or next((name for mark, name in _MARKS if body.startswith(mark)), "utf-8")
    text = body.decode(encoding, "replace").removeprefix("\ufeff")
    return text.replace("\ufffd", "?") if encoding == "ascii" else text


async def json_body(request: web.Request) -> str | None:
    """The body as JSON text, None without a body. Raises as `text_body`, and UnreadableBodyError if it is not JSON."""
    text = await text_body(request)
    if not text:
        return None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(str(error)) from error
    if problem := too_deep(value):
        raise UnreadableBodyError(problem)
    # To Newtonsoft a number beyond a double is the text "Infinity".
    return compact(value) if _LARGE.search(text) else text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parameters(request: web.Request) -> CIMultiDict[str]:
    """The query; the case of its names does not count, and what is named twice is joined by a comma, as .NET does."""
    asked = CIMultiDict(request.query)
    return CIMultiDict({name: ",".join(asked.getall(name)) for name in asked})


def flag(request: web.Request, name: str, *, default: bool = False) -> bool:
    """A boolean of the query; the extension ignores any other text."""
    return {"true": True, "false": False}.get(parameters(request).get(name, "").strip().lower(), default)


def number(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query; the extension ignores any other text."""
    try:
        return int(parameters(request).get(name, default))
    except ValueError:
        return default


def span(request: web.Request, name: str) -> float | None:
    """A number of seconds of the query, which may have commas; None if it is absent or another text.

    Raises BadRequestError for NaN, and for what is too long: there the extension answers 500.
    """
    text = parameters(request).get(name, "").strip()
    if not _SECONDS.fullmatch(text):
        return None
    seconds_asked = float(text.replace(",", ""))
    if math.isnan(seconds_asked):
        raise BadRequestError("TimeSpan does not accept floating point Not-a-Number values.")
    if abs(seconds_asked) > _LONGEST_SPAN:
        raise BadRequestError("TimeSpan overflowed because the duration is too long.")
    return seconds_asked


def moment(request: web.Request, name: str) -> float | None:
    """A time of the query in seconds since 1970; None if it is absent or not a time, as the extension has it."""
    return read_time(parameters(request).get(name, ""))


def upper_bound(request: web.Request, name: str) -> float | None:
    """A time of the query up to which something is asked for; None also for the least one, .NET's default."""
    value = moment(request, name)
    return None if value == LEAST_TIME else value


def instance_filter(request: web.Request) -> InstanceFilter:
    """The conditions on instances in the query."""
    asked = parameters(request)
    parts = [part.strip() for value in asked.getall("runtimeStatus", []) for part in value.split(",")]
    statuses = {_status(part) for part in parts}
    return InstanceFilter(
        created_from=moment(request, "createdTimeFrom"),
        created_to=upper_bound(request, "createdTimeTo"),
        statuses=frozenset(statuses - {""}),
        prefix=asked.get("instanceIdPrefix", ""),
    )


def _status(text: str) -> str:
    """A status by its name or number, as .NET reads an enumeration; empty if it is neither, or in another case."""
    if _NUMBER.fullmatch(text):
        # A number that has no name is a status too, which no instance has.
        return _STATUSES.get(int(text), text)
    return text if text in _STATUSES.values() else ""


def page_size(request: web.Request) -> int:
    """The number of results that the client wants. Raises BadRequestError below 0, where the extension fails (500)."""
    top = number(request, "top", DEFAULT_PAGE)
    if top < 0:
        raise BadRequestError(f"top must not be negative: {top}")
    return top
