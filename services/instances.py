"""Instances of orchestrations, over the durable extension's management API.

The SDK's `get_status_by` has neither a page size nor a continuation token and gives the first page alone; the API
behind it has both. Source: "HTTP API reference" of Durable Functions in Microsoft's documentation.
"""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from services.clients import CachedClient

ENDED = frozenset({"Completed", "Failed", "Terminated", "Canceled"})
"""The states that an instance does not leave by itself."""

_CONTINUATION = "x-ms-continuation-token"
_SECONDS = aiohttp.ClientTimeout(total=20, connect=5)
_LONGEST_LOOK = 20.0
"""Seconds after which an empty page is handed on with its token."""


class InstancesError(Exception):
    """The management API does not answer, or refuses; the message says why."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """The instances that are asked for; a value that is empty leaves all in."""

    statuses: tuple[str, ...] = ()
    prefix: str = ""
    created_from: datetime | None = None
    created_to: datetime | None = None


class Instance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An instance as the API tells it. `input`, `output` and `history_events` are there only if they were asked for."""

    name: str | None
    instance_id: str
    runtime_status: str
    created_time: datetime
    last_updated_time: datetime
    input: Any = None
    custom_status: Any = None
    output: Any = None
    history_events: list[dict[str, Any]] = []

    @property
    def took(self) -> timedelta | None:
        """From its creation to its end; None before it has ended."""
        return self.last_updated_time - self.created_time if self.runtime_status in ENDED else None


class InstancePage(msgspec.Struct, frozen=True):
    """Some instances, and the token of those that follow; None after the last."""

    instances: list[Instance]
    token: str | None


async def _open(resources: AsyncExitStack) -> aiohttp.ClientSession:
    return await resources.enter_async_context(aiohttp.ClientSession(timeout=_SECONDS))


_log = logging.getLogger(__name__)
_session = CachedClient(_open)
_instances = msgspec.json.Decoder(list[Instance])
_instance = msgspec.json.Decoder(Instance)


async def list_page(base: str, asked: Filter, size: int, token: str | None = None) -> InstancePage:
    """A page of the instances of a filter. `base` is the address of the API. Raises InstancesError.

    An empty page with a token means nothing: on Azure the extension returns what Table storage has found within five
    seconds, or in one range of its keys. Such pages are skipped, for as long as anybody waits for an answer.
    """
    until = time.monotonic() + _LONGEST_LOOK
    while True:
        page = await _page(base, asked, size, token)
        if page.instances or page.token is None:
            return page
        if time.monotonic() >= until:
            _log.warning("a list of instances was given up: there are too many to find one of %s in time", asked)
            return page
        token = page.token


async def _page(base: str, asked: Filter, size: int, token: str | None) -> InstancePage:
    query: dict[str, str] = {"top": str(size), "showInput": "false"}
    if asked.statuses:
        query["runtimeStatus"] = ",".join(asked.statuses)
    if asked.prefix:
        query["instanceIdPrefix"] = asked.prefix
    for name, value in (("createdTimeFrom", asked.created_from), ("createdTimeTo", asked.created_to)):
        if value:
            query[name] = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    headers = {_CONTINUATION: token} if token else {}
    status, body, answered = await _call("GET", f"{base}instances", query, headers=headers)
    if status != 200:
        raise InstancesError(f"a list of instances was answered with {status}: {_text(body)}")
    return InstancePage(_decoded(_instances, body), answered.get(_CONTINUATION) or None)


async def list_pages(base: str, asked: Filter, size: int, most: int) -> AsyncIterator[InstancePage]:
    """The pages of the instances of a filter one after the other, `most` of them at most. Raises InstancesError."""
    token: str | None = None
    for _ in range(most):
        page = await list_page(base, asked, size, token)
        yield page
        if (token := page.token) is None:
            return


async def find_instance(base: str, instance_id: str, *, history: bool = True) -> Instance | None:
    """An instance with its input, its output and its history; None if absent. Raises InstancesError."""
    query = {"showInput": "true"}
    if history:
        query |= {"showHistory": "true", "showHistoryOutput": "true"}
    status, body, _ = await _call("GET", f"{base}instances/{quote(instance_id, safe='')}", query)
    if status == 404:
        return None
    if status not in (200, 202):
        raise InstancesError(f"the instance {instance_id[:100]} was answered with {status}: {_text(body)}")
    return _decoded(_instance, body)


async def has_instance(base: str, instance_id: str) -> bool:
    """True if there is an instance of this id, in any state. Raises InstancesError.

    The SDK opens a connection for each status that it is asked for; here it is kept.
    """
    status, body, _ = await _call("GET", f"{base}instances/{quote(instance_id, safe='')}", {})
    if status in (200, 202, 404):
        return status != 404
    raise InstancesError(f"the instance {instance_id[:100]} was answered with {status}: {_text(body)}")


async def command(base: str, instance_id: str, operation: str, reason: str) -> None:
    """Suspend, resume, terminate or restart an instance (`operation`); `begin-again` restarts it under its own id.

    Raises InstancesError if it is refused.
    """
    anew = {"restart": "true", "begin-again": "false"}.get(operation)
    query = {"restartWithNewInstanceId": anew} if anew else {"reason": reason}
    path = f"{base}instances/{quote(instance_id, safe='')}/{'restart' if anew else operation}"
    status, body, _ = await _call("POST", path, query, data=b"{}")
    if status != 202:
        raise InstancesError(f"{operation} was answered with {status}: {_text(body)}")


async def raise_event(base: str, instance_id: str, name: str, content: bytes) -> None:
    """Raise an event with JSON content for an instance. Raises InstancesError if it is refused."""
    path = f"{base}instances/{quote(instance_id, safe='')}/raiseEvent/{quote(name, safe='')}"
    status, body, _ = await _call("POST", path, {}, data=content)
    if status != 202:
        raise InstancesError(f"the event was answered with {status}: {_text(body)}")


async def purge(base: str, instance_id: str) -> None:
    """Forget an instance that has ended, and its history. Raises InstancesError if it is refused."""
    status, body, _ = await _call("DELETE", f"{base}instances/{quote(instance_id, safe='')}", {})
    if status not in (200, 404):
        raise InstancesError(f"purge was answered with {status}: {_text(body)}")


async def _call(
    method: str,
    address: str,
    query: dict[str, str],
    *,
    headers: dict[str, str] | None = None,
    data: bytes | None = None,
) -> tuple[int, bytes, dict[str, str]]:
    session = await _session.get()
    sent = {**(headers or {}), **({"Content-Type": "application/json"} if data is not None else {})}
    try:
        # The id is encoded already: what comes next would decode its `%2F` again.
        url = URL(address, encoded=True).update_query(query)
        async with session.request(method, url, headers=sent, data=data) as answer:
            return answer.status, await answer.read(), {name.lower(): text for name, text in answer.headers.items()}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise InstancesError(f"the management API does not answer: {type(error).__name__}") from error


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise InstancesError(f"the management API's answer cannot be read: {error}") from error


class _Refusal(msgspec.Struct, frozen=True):
    Message: str = ""


def _text(body: bytes) -> str:
    """The message of a refusal, in one line."""
    try:
        text = msgspec.json.decode(body, type=_Refusal).Message
    except msgspec.MsgspecError:
        text = body.decode(errors="replace")
    return " ".join(text.split())[:300] or "no reason given"
