"""The HTTP endpoint: reads requests within bounds of size, time and number, and writes replies."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import unquote

import msgspec
from aiohttp import web

from local_azure.core.http_bodies import Bodies, BodyLimits, BodyRefusedError
from local_azure.core.http_guard import Connections, foreign, written
from local_azure.core.http_log import http_logger
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.refusals import log_refusal
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import MAX_DOCUMENT_BYTES, Reply, error_reply, new_activity_id

logger = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[Request], Awaitable[Reply]]

_CODES = {400: "BadRequest", 408: "RequestTimeout", 413: "RequestEntityTooLarge", 503: "ServiceUnavailable"}


class Limits(msgspec.Struct, frozen=True):
    """The bounds of bodies and of connections."""

    bodies: BodyLimits = BodyLimits(MAX_DOCUMENT_BYTES + 64 * 1024, held_bytes=64 * 1024 * 1024, seconds=30)
    first_request_seconds: float = 15
    connections: int = 500


DEFAULT_LIMITS = Limits()


class Endpoint:
    """Serves HTTP/1.1 for one service; `control` answers the paths under `/_local/`."""

    def __init__(self, answer: Answer, control: Answer, limits: Limits = DEFAULT_LIMITS) -> None:
        self._answer = answer
        self._control = control
        self._limits = limits
        self._bodies = Bodies(limits.bodies)
        self._protocols = web.Server(
            self._handle,  # pyright: ignore[reportArgumentType] - a coroutine function is a handler
            logger=http_logger(),
            access_log=None,
            keepalive_timeout=120,
            lingering_time=1,  # how long the rest of a refused body is read, so that the refusal is
        )
        patience = limits.first_request_seconds
        self._connections = Connections(lambda: self._protocols, limits.connections, patience)
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Start serving; the port, chosen by the system if `port` is 0. OSError if it is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._connections.accept, host, port, backlog=512)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more connections, finish the requests at hand."""
        if self._server is not None:
            self._server.close()
        self._connections.close()
        self._protocols.pre_shutdown()  # closes the idle ones, which nothing would end
        await self._protocols.shutdown(timeout=2)

    async def _handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        self._connections.heard(raw.protocol)
        try:
            _check_sender(raw)
            async with self._bodies.received(raw) as body:
                reply = await self._reply(raw, body)
                with self._bodies.sent(len(reply.body)):
                    return await self._send(raw, reply)
        except BodyRefusedError as refusal:
            return _refused(
                raw, CosmosError(refusal.status, _CODES[refusal.status], f"The request is refused: {refusal}.")
            )
        except CosmosError as refusal:
            return _refused(raw, refusal)

    async def _send(self, raw: web.BaseRequest, reply: Reply) -> web.Response:
        response = _response(raw, reply)
        await written(raw, response, self._limits.bodies.seconds)
        return response

    async def _reply(self, raw: web.BaseRequest, body: bytes) -> Reply:
        segments = tuple(unquote(segment) for segment in raw.rel_url.raw_path.split("/") if segment)
        request = Request(raw.method, segments, raw.headers, body, f"{raw.scheme}://{raw.host}")
        try:
            return await (self._control if segments[:1] == ("_local",) else self._answer)(request)
        except RecursionError as problem:
            raise CosmosError(400, "BadRequest", "The request is nested too deep.") from problem
        except UnicodeEncodeError as problem:
            raise CosmosError(400, "BadRequest", "The request holds half a surrogate pair.") from problem
        except CosmosError:
            raise
        except Exception as problem:
            logger.exception("%s %s failed", raw.method, raw.rel_url.raw_path[:200])
            raise CosmosError(500, "InternalServerError", "The local Cosmos DB failed; see its log.") from problem


def _refused(raw: web.BaseRequest, refusal: CosmosError) -> web.Response:
    log_refusal(raw, refusal)
    return _response(raw, error_reply(refusal))


def _check_sender(raw: web.BaseRequest) -> None:
    """Refuse with 403 what a web page from elsewhere sends, whatever the address: `/_local/` asks for no signature."""
    reason = foreign(raw.headers)
    if reason is not None:
        raise CosmosError(403, "Forbidden", f"The request is refused: {reason}.")


def _response(raw: web.BaseRequest, reply: Reply) -> web.Response:
    headers = {
        "x-ms-request-charge": f"{reply.charge:.2f}",
        "x-ms-activity-id": raw.headers.get("x-ms-activity-id") or new_activity_id(),
        "x-ms-version": "2020-07-15",
        "content-location": f"{raw.scheme}://{raw.host}{raw.rel_url.raw_path}",
        **reply.headers,
    }
    if reply.body:
        headers.setdefault("content-type", "application/json")
    response = web.Response(status=reply.status, body=reply.body, headers=headers)
    if reply.status in (408, 413, 503):
        # The rest of the body may still be on its way; nobody will read it.
        response.force_close()
    return response
