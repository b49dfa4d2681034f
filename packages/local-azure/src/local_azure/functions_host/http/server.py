"""The listening socket: built-in routes first, then the app's; bounded in connections, header sizes and idle time."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from local_azure.core.http_log import http_logger
from local_azure.core.process import LOOPBACK

_LOG = logging.getLogger(__name__)
_MAX_CONNECTIONS = 400  # well below the 1,024 open files that most systems allow a process
_IDLE_SECONDS = 30.0  # also the time that a client has to send its headers
_WRITE_SECONDS = 60.0
_BUILT_IN = ("/admin/", "/runtime/", "/durabletask/")
_BUILT_IN_BODY_SECONDS = 10.0  # functions have a limit of their own: they may get large bodies over slow lines
_MAX_HEADER_BYTES = 32 * 1024
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Serves an aiohttp application on loopback."""

    def __init__(self, application: web.Application) -> None:
        application.middlewares.extend([self._heard, _bounded])
        self._runner = web.AppRunner(
            application,
            access_log=None,
            logger=http_logger(),
            keepalive_timeout=_IDLE_SECONDS,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            auto_decompress=False,  # the function gets the bytes that were sent, and a small bomb stays small
            lingering_time=2.0,
            shutdown_timeout=2.0,
        )
        self._server: asyncio.Server | None = None
        # A burst is accepted in one turn of the loop; its connections get their transports in the next.
        self._fresh: dict[web.RequestHandler, None] = {}
        self._silent: dict[web.RequestHandler, None] = {}  # the oldest first

    async def start(self, port: int) -> int:
        """Listen on the port (0 takes a free one) and return it. Raises OSError if it is taken."""
        await self._runner.setup()
        self._server = await asyncio.get_running_loop().create_server(self._accept, LOOPBACK, port, backlog=512)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the socket, then the connections."""
        if self._server:
            self._server.close()
        await self._runner.cleanup()

    def _accept(self) -> asyncio.BaseProtocol:
        server = self._runner.server
        if server is None or (self._is_full(server) and not self._make_room()):
            return _Busy()
        protocol = server()
        self._fresh[protocol] = None
        _in_the_next_turn(self._fresh.pop, protocol)
        if len(self._silent) > 2 * _MAX_CONNECTIONS:
            self._silent = {known: None for known in self._silent if known.transport}
        self._silent[protocol] = None
        return protocol

    @web.middleware
    async def _heard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._silent.pop(request.protocol, None)
        return await handler(request)

    def _is_full(self, server: web.Server) -> bool:
        """Whether as many connections are open as may be. Those that are being closed leave in the next turn."""
        if len(server.connections) + len(self._fresh) < _MAX_CONNECTIONS:
            return False
        staying = sum(1 for known in server.connections if known.transport and not known.transport.is_closing())
        return staying + len(self._fresh) >= _MAX_CONNECTIONS

    def _make_room(self) -> bool:
        """Cut off the oldest connection that has sent no request: it must not keep out one that would."""
        for protocol in self._silent:
            if protocol in self._fresh:
                del self._silent[protocol]
                _in_the_next_turn(_cut_off, protocol)
                return True
            if protocol.transport and not protocol.transport.is_closing():
                del self._silent[protocol]
                _cut_off(protocol)
                return True
        return False


def _cut_off(protocol: web.RequestHandler) -> None:
    if protocol.transport:
        peer = protocol.transport.get_extra_info("peername")
        _LOG.warning("%s dropped: it has sent no request and another needs its place", peer)
        protocol.transport.abort()


def _in_the_next_turn(act: Callable[[web.RequestHandler], object], protocol: web.RequestHandler) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, act, protocol)


class _Busy(asyncio.Protocol):
    """Turns a connection away at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        _LOG.warning("%s refused: %d connections are open", transport.get_extra_info("peername"), _MAX_CONNECTIONS)
        if isinstance(transport, asyncio.WriteTransport):
            with contextlib.suppress(OSError):
                transport.write(_BUSY)
        transport.close()


@web.middleware
async def _bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Bound the time that a client takes to send a built-in route's body, and to read its answer."""
    late: asyncio.TimerHandle | None = None
    if request.can_read_body and request.path.startswith(_BUILT_IN):
        late = asyncio.get_running_loop().call_later(_BUILT_IN_BODY_SECONDS, _give_up_sending, request)
    try:
        response = await handler(request)
    finally:
        if late:
            late.cancel()
    try:
        async with asyncio.timeout(_WRITE_SECONDS):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        _drop(request, "it does not read its answer")
    return response


def _give_up_sending(request: web.Request) -> None:
    if not request.content.is_eof():
        _drop(request, "its body does not arrive")


def _drop(request: web.Request, reason: str) -> None:
    _LOG.warning("%s dropped: %s", request.remote, reason)
    if request.transport:
        request.transport.abort()
