"""The HTTP door: reads requests within bounds of size, time and number, and writes replies."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import unquote

import msgspec
from aiohttp import web

from local_azure.cosmos.errors import CosmosError, too_large
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import unavailable
from local_azure.cosmos.wire import MAX_DOCUMENT_BYTES, Reply, error_reply, new_activity_id

logger = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[Request], Awaitable[Reply]]


class Limits(msgspec.Struct, frozen=True):
    """What one client, and all together, may take. `bodies_bytes` bounds all bodies that are read or answered at one time."""

    body_bytes: int = MAX_DOCUMENT_BYTES + 64 * 1024
    bodies_bytes: int = 64 * 1024 * 1024
    body_seconds: float = 30
    first_request_seconds: float = 15
    connections: int = 1_000


DEFAULT_LIMITS = Limits()


class Door:
    """Serves HTTP/1.1 for one service; `control` answers the paths under `/_local/`."""

    def __init__(self, answer: Answer, control: Answer, limits: Limits = DEFAULT_LIMITS) -> None:
        self._answer = answer
        self._control = control
        self.limits = limits
        self.bodies_bytes = 0
        self._silent: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self._protocols = web.Server(self._handle, access_log=None, keepalive_timeout=120)  # pyright: ignore[reportArgumentType]
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Start serving; the port, chosen by the system if `port` is 0. OSError if it is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._connected, host, port, backlog=512)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more connections, finish the requests at hand."""
        if self._server is not None:
            self._server.close()
        for timer in self._silent.values():
            timer.cancel()
        self._protocols.pre_shutdown()  # closes the idle ones, which nothing would end
        await self._protocols.shutdown(timeout=2)

    def _connected(self) -> web.RequestHandler:
        protocol = self._protocols()
        loop = asyncio.get_running_loop()
        crowded = len(self._protocols.connections) >= self.limits.connections
        # aiohttp bounds the wait between requests, but not for the first one.
        patience = 0 if crowded else self.limits.first_request_seconds
        self._silent[protocol] = loop.call_later(patience, self._give_up, protocol, crowded)
        return protocol

    def _give_up(self, protocol: web.RequestHandler, crowded: bool) -> None:
        del self._silent[protocol]
        if protocol.transport is not None and not protocol.transport.is_closing():
            reason = (
                "there are too many" if crowded else f"it sent no request within {self.limits.first_request_seconds} s"
            )
            logger.warning("closed a connection from %s: %s", protocol.transport.get_extra_info("peername"), reason)
            protocol.transport.abort()

    async def _handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        timer = self._silent.pop(raw.protocol, None)
        if timer is not None:
            timer.cancel()
        body = _Body(self)
        try:
            await body.read(raw)
            reply = await self._reply(raw, bytes(body.data))
        except CosmosError as refusal:
            _log_refusal(raw, refusal)
            reply = error_reply(refusal)
        finally:
            self.bodies_bytes -= len(body.data)
        return _response(raw, reply)

    async def _reply(self, raw: web.BaseRequest, body: bytes) -> Reply:
        segments = tuple(unquote(segment) for segment in raw.rel_url.raw_path.split("/") if segment)
        request = Request(raw.method, segments, raw.headers, body, f"{raw.scheme}://{raw.host}")
        try:
            return await (self._control if segments[:1] == ("_local",) else self._answer)(request)
        except RecursionError as problem:
            raise CosmosError(400, "BadRequest", "The request is nested too deep.") from problem
        except UnicodeEncodeError as problem:
            raise CosmosError(400, "BadRequest", "The request holds half a surrogate pair.") from problem
        except sqlite3.Error as problem:
            logger.exception("%s %s failed on the database file", raw.method, raw.rel_url.raw_path)
            raise unavailable(problem) from problem


class _Body:
    """A request's body while it is read and answered; it counts against the door's budget."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._limits = door.limits
        self.data = bytearray()

    async def read(self, raw: web.BaseRequest) -> None:
        """408, 413 or 503 for a body that is too slow, too large, or one too many."""
        if (raw.content_length or 0) > self._limits.body_bytes:
            raise too_large(f"The request has {raw.content_length} bytes; {self._limits.body_bytes} are allowed.")
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for chunk in raw.content.iter_any():
                    self._take(chunk)
        except TimeoutError as problem:
            message = f"The body did not arrive within {self._limits.body_seconds} s."
            raise CosmosError(408, "RequestTimeout", message) from problem
        except (web.RequestPayloadError, ValueError) as problem:
            raise CosmosError(400, "BadRequest", f"The body could not be read: {problem}") from problem

    def _take(self, chunk: bytes) -> None:
        if len(self.data) + len(chunk) > self._limits.body_bytes:
            raise too_large(f"The request has more than {self._limits.body_bytes} bytes.")
        if self._door.bodies_bytes + len(chunk) > self._limits.bodies_bytes:
            raise CosmosError(503, "ServiceUnavailable", "Too many large requests at one time; try again.")
        self.data += chunk
        self._door.bodies_bytes += len(chunk)


def _log_refusal(raw: web.BaseRequest, refusal: CosmosError) -> None:
    # 404, 409, 412 and 429 are everyday answers; what is malformed, unsigned or too much is worth a line.
    if refusal.status in (400, 401, 405, 408, 413, 503):
        logger.warning(
            "refused %s %s from %s: %d %s",
            raw.method,
            raw.rel_url.raw_path[:200],
            raw.remote,
            refusal.status,
            refusal.message[:300],
        )


def _response(raw: web.BaseRequest, reply: Reply) -> web.Response:
    headers = {
        "x-ms-request-charge": f"{reply.charge:.2f}",
        "x-ms-activity-id": raw.headers.get("x-ms-activity-id") or new_activity_id(),
        "x-ms-version": "2020-07-15",
        **reply.headers,
    }
    if reply.body:
        headers["content-type"] = "application/json"
    response = web.Response(status=reply.status, body=reply.body, headers=headers)
    if reply.status in (408, 413):
        # The rest of the body is still on its way; nobody will read it.
        response.force_close()
    return response
