"""The listening socket: built-in routes first, then the app's; bounded in connections, header sizes and idle time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, web

from local_azure.core.http_guard import Connections, drop, foreign, written
from local_azure.core.http_log import http_logger
from local_azure.core.process import LOOPBACK
from local_azure.functions_host.http.handler import problem

_LOG = logging.getLogger(__name__)
_MAX_CONNECTIONS = 400  # well below the 1,024 open files that most systems allow a process
_IDLE_SECONDS = 30.0  # also the time that a client has to send its headers
_WRITE_SECONDS = 60.0
_BUILT_IN = ("/admin/", "/runtime/", "/durabletask/")
_BUILT_IN_BODY_SECONDS = 10.0  # functions have a limit of their own: they may get large bodies over slow lines
_MAX_HEADER_BYTES = 32 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Serves an aiohttp application on loopback."""

    def __init__(self, application: web.Application) -> None:
        application.middlewares.extend([self._guarded, _bounded])
        for route in application.router.routes():
            route._expect_handler = _meet_expectation  # pyright: ignore[reportPrivateUsage] - of all, set once
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
        self._connections = Connections(lambda: self._runner.server, _MAX_CONNECTIONS, _IDLE_SECONDS)

    async def start(self, port: int) -> int:
        """Listen on the port (0 takes a free one) and return it. Raises OSError if it is taken."""
        await self._runner.setup()
        self._server = await asyncio.get_running_loop().create_server(
            self._connections.accept, LOOPBACK, port, backlog=512
        )
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the socket, then the connections."""
        if self._server:
            self._server.close()
        self._connections.close()
        await self._runner.cleanup()

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._connections.heard(request.protocol)
        reason = foreign(request.headers)
        if reason is None:
            return await handler(request)
        _LOG.warning("%s refused: %s", request.remote, reason)
        refusal = problem(403, reason)
        refusal.force_close()
        return refusal


async def _meet_expectation(request: web.Request) -> web.StreamResponse | None:
    """Answer `Expect`. aiohttp's own handler repeats the header in its refusal, and fails if that is not text."""
    if request.headers.get("Expect", "").lower() != "100-continue":
        return problem(417, "no expectation but 100-continue can be met")
    if request.version == HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # of the answer proper nothing has been sent
    return None


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
    await written(request, response, _WRITE_SECONDS)
    return response


def _give_up_sending(request: web.Request) -> None:
    if not request.content.is_eof():
        drop(request.transport, "its body does not arrive")
