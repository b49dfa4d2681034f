"""Read the query and the body of a request, within bounds."""

import asyncio
import json
import math

from aiohttp import web

from local_azure.durable.errors import BadRequestError, UnreadableBodyError
from local_azure.durable.events import seconds
from local_azure.durable.queries import DEFAULT_PAGE, InstanceFilter

MAX_BODY = 32 << 20
_STATUSES = {"Running", "Completed", "ContinuedAsNew", "Failed", "Canceled", "Terminated", "Pending", "Suspended"}
_STATUS_NAMES = {name.lower(): name for name in _STATUSES}


BODY_SECONDS = 60.0
"""The time that a client may take to send a body, in real seconds."""


class QueryTooLargeError(Exception):
    """The body is larger than the engine takes."""


class TooSlowError(Exception):
    """The body did not come in time."""


async def text_body(request: web.Request) -> str:
    """The body as text. Raises QueryTooLargeError beyond 32 MiB, TooSlowError, BadRequestError if not UTF-8."""
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
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body is not UTF-8: {error}") from error


async def json_body(request: web.Request) -> str | None:
    """The body as JSON text, None without a body. Raises as `text_body`, and UnreadableBodyError if it is not JSON."""
    text = await text_body(request)
    if not text:
        return None
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(str(error)) from error
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def flag(request: web.Request, name: str, *, default: bool = False) -> bool:
    """A boolean of the query; the extension ignores any other text."""
    return {"true": True, "false": False}.get(request.query.get(name, "").strip().lower(), default)


def number(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query; the extension ignores any other text."""
    try:
        return int(request.query.get(name, default))
    except ValueError:
        return default


def span(request: web.Request, name: str) -> float | None:
    """A number of seconds of the query; None if it is absent or another text."""
    try:
        seconds_asked = float(request.query[name])
    except (KeyError, ValueError):
        return None
    return seconds_asked if math.isfinite(seconds_asked) else None


def moment(request: web.Request, name: str) -> float | None:
    """A time of the query in seconds since 1970; None if it is absent or not a time, as the extension has it."""
    text = request.query.get(name)
    if not text:
        return None
    try:
        return seconds(text)
    except (ValueError, OverflowError):
        return None


def instance_filter(request: web.Request) -> InstanceFilter:
    """The conditions on instances in the query."""
    parts = [part.strip() for value in request.query.getall("runtimeStatus", []) for part in value.split(",")]
    statuses = {_STATUS_NAMES.get(part.lower(), "") for part in parts}
    return InstanceFilter(
        created_from=moment(request, "createdTimeFrom"),
        created_to=moment(request, "createdTimeTo"),
        statuses=frozenset(statuses - {""}),
        prefix=request.query.get("instanceIdPrefix", ""),
    )


def page_size(request: web.Request) -> int:
    """The number of results that the client wants. Raises BadRequestError below 0, where the extension fails (500)."""
    top = number(request, "top", DEFAULT_PAGE)
    if top < 0:
        raise BadRequestError(f"top must not be negative: {top}")
    return top
