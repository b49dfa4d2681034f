"""Read what a request asks for, within bounds. Raises BadRequestError, which the API answers with 400."""

import asyncio
import json
import math

from aiohttp import web

from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import seconds
from local_azure.durable.queries import DEFAULT_PAGE, InstanceFilter

MAX_BODY = 32 << 20
STATUSES = {"Running", "Completed", "ContinuedAsNew", "Failed", "Canceled", "Terminated", "Pending", "Suspended"}


BODY_SECONDS = 60.0
"""How long a client may take to send a body, in real seconds."""


class TooLargeError(Exception):
    """The body is larger than the engine takes."""


class TooSlowError(Exception):
    """The body did not come in time."""


async def text_body(request: web.Request) -> str:
    """The body as text. Raises TooLargeError beyond 32 MiB, TooSlowError, or BadRequestError if it is no UTF-8."""
    if request.content_length is not None and request.content_length > MAX_BODY:
        raise TooLargeError
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(1 << 16):
                body += chunk
                if len(body) > MAX_BODY:
                    raise TooLargeError
    except TimeoutError as error:
        raise TooSlowError from error
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body is no UTF-8: {error}") from error


async def json_body(request: web.Request) -> str | None:
    """The body as JSON text, None if there is none. Raises as `text_body`, and BadRequestError if it is no JSON."""
    text = await text_body(request)
    if not text:
        return None
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"Invalid JSON content: {error}") from error
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def flag(request: web.Request, name: str, *, default: bool = False) -> bool:
    """A boolean of the query; what is no boolean counts as not given, as the extension has it."""
    return {"true": True, "false": False}.get(request.query.get(name, "").strip().lower(), default)


def number(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query; what is none counts as not given."""
    try:
        return int(request.query.get(name, default))
    except ValueError:
        return default


def span(request: web.Request, name: str) -> float | None:
    """A number of seconds of the query, None if it is not given or none."""
    try:
        seconds_asked = float(request.query[name])
    except (KeyError, ValueError):
        return None
    return seconds_asked if math.isfinite(seconds_asked) else None


def moment(request: web.Request, name: str) -> float | None:
    """A time of the query in seconds since 1970, None if it is not given."""
    text = request.query.get(name)
    if not text:
        return None
    try:
        return seconds(text)
    except (ValueError, OverflowError) as error:
        raise BadRequestError(f"{name} is no time: {text[:64]!r}") from error


def instance_filter(request: web.Request) -> InstanceFilter:
    """The conditions on instances in the query."""
    statuses = {part.strip() for value in request.query.getall("runtimeStatus", []) for part in value.split(",")}
    if unknown := statuses - STATUSES - {""}:
        raise BadRequestError(f"runtimeStatus: there is no status {sorted(unknown)[0][:64]!r}")
    return InstanceFilter(
        created_from=moment(request, "createdTimeFrom"),
        created_to=moment(request, "createdTimeTo"),
        statuses=frozenset(statuses - {""}),
        prefix=request.query.get("instanceIdPrefix", ""),
    )


def page_size(request: web.Request) -> int:
    """How many results the client wants."""
    return number(request, "top", DEFAULT_PAGE)
