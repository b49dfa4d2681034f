"""Guards an HTTP endpoint on loopback against web pages, too many connections and silent clients.

Every program of this machine may use the endpoints; a web page that a browser of this machine shows may not. It reaches
them in two ways: by a name of its own that it lets point to 127.0.0.1 (DNS rebinding), which the Host header shows,
and by requests across origins (CSRF), which Origin and Sec-Fetch-Site show. No SDK sends either of the latter.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

_LOG = logging.getLogger(__name__)
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST = re.compile(r"(?P<name>[^:\[\]/?#@\s]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def foreign(headers: Mapping[str, str]) -> str | None:
    """The reason why a request does not come from this machine's own programs; None if it may pass."""
    host = headers.get("Host", "")
    if not _is_local(host):
        return f"the Host {host[:200]!r} is not this machine: use 127.0.0.1 or localhost"
    origin = headers.get("Origin")
    if origin is not None and not _is_local(_authority(origin)):
        return f"the Origin {origin[:200]!r} is not this machine: web pages from elsewhere are not served"
    if headers.get("Sec-Fetch-Site") == "cross-site" and headers.get("Sec-Fetch-Mode") != "navigate":
        return "it was sent by a web page from elsewhere"
    return None


def _is_local(authority: str) -> bool:
    match = _HOST.fullmatch(authority)
    return match is not None and match["name"].lower() in _LOCAL_NAMES and int(match["port"] or 0) < 65_536


def _authority(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} else ""


class Connections:
    """Accepts connections up to a number, and parts with those that send no request.

    The oldest silent connection makes room for a new one; any silent one is cut off after `first_request_seconds`,
    because aiohttp bounds the wait between requests, but not for the first.
    """

    def __init__(self, server: Callable[[], web.Server | None], most: int, first_request_seconds: float) -> None:
        self._server = server
        self._most = most
        self._patience = first_request_seconds
        # A burst is accepted in one turn of the loop; its connections get their transports in the next.
        self._fresh: dict[web.RequestHandler, None] = {}
        self._silent: dict[web.RequestHandler, asyncio.TimerHandle] = {}  # the oldest first

    def accept(self) -> asyncio.BaseProtocol:
        """The protocol of a new connection, for `create_server`."""
        server = self._server()
        if server is None or (self._is_full(server) and not self._make_room()):
            return _Busy(self._most)
        protocol = server()
        self._fresh[protocol] = None
        _in_the_next_turn(self._fresh.pop, protocol)
        loop = asyncio.get_running_loop()
        self._silent[protocol] = loop.call_later(self._patience, self._give_up, protocol)
        return protocol

    def heard(self, protocol: web.RequestHandler) -> None:
        """A connection has sent a request: from now on only its idle time counts."""
        timer = self._silent.pop(protocol, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Forget the silent ones."""
        for timer in self._silent.values():
            timer.cancel()
        self._silent.clear()

    def _is_full(self, server: web.Server) -> bool:
        """True if as many connections are open as may be. Those that are being closed leave in the next turn."""
        if len(server.connections) + len(self._fresh) < self._most:
            return False
        staying = sum(1 for each in server.connections if each.transport and not each.transport.is_closing())
        return staying + len(self._fresh) >= self._most

    def _make_room(self) -> bool:
        """Cut off the oldest connection that has sent no request: it must not keep out one that would."""
        reason = "it has sent no request and another needs its place"
        for protocol in self._silent:
            if protocol in self._fresh:
                self.heard(protocol)
                _in_the_next_turn(lambda fresh: drop(fresh.transport, reason), protocol)
                return True
            if protocol.transport and not protocol.transport.is_closing():
                self.heard(protocol)
                drop(protocol.transport, reason)
                return True
        return False

    def _give_up(self, protocol: web.RequestHandler) -> None:
        del self._silent[protocol]
        if protocol.transport and not protocol.transport.is_closing():
            drop(protocol.transport, f"it has sent no request within {self._patience:g} s")


async def written(request: web.BaseRequest, response: web.StreamResponse, seconds: float) -> None:
    """Send an answer; drop a client that does not read it in time."""
    try:
        async with asyncio.timeout(seconds):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        drop(request.transport, "it does not read its answer")


def drop(transport: asyncio.Transport | None, reason: str) -> None:
    """Cut off a connection, and say why."""
    if transport is not None:
        _LOG.warning("%s dropped: %s", transport.get_extra_info("peername"), reason)
        transport.abort()


def _in_the_next_turn(act: Callable[[web.RequestHandler], object], protocol: web.RequestHandler) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, act, protocol)


class _Busy(asyncio.Protocol):
    """Turns a connection away at once."""

    def __init__(self, most: int) -> None:
        self._most = most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        _LOG.warning("%s refused: %d connections are open", transport.get_extra_info("peername"), self._most)
        if isinstance(transport, asyncio.WriteTransport):
            with contextlib.suppress(OSError):
                transport.write(_BUSY)
        transport.close()
