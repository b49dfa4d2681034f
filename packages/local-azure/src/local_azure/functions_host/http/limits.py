"""Limits that keep the HTTP trigger open for other clients: sizes, rates, and requests at one time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from local_azure.functions_host.host_json import HttpOptions

MAX_REQUEST_BYTES = 100 * 1024 * 1024  # "HTTP request length is limited to 100 MB" (HTTP trigger documentation)
_MAX_BUFFERED_BYTES = 256 * 1024 * 1024
_GRACE_SECONDS, _MIN_BYTES_PER_SECOND = 5.0, 240  # the defaults of Kestrel's MinRequestBodyDataRate


class RefusedError(Exception):
    """A request that is answered with `status` before any function sees it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Admission:
    """`maxOutstandingRequests` (429 above it) and `maxConcurrentRequests` (the others wait) of host.json."""

    def __init__(self, options: HttpOptions) -> None:
        self._most_outstanding = options.max_outstanding_requests
        self._outstanding = 0
        self._slots = (
            asyncio.Semaphore(options.max_concurrent_requests) if options.max_concurrent_requests > 0 else None
        )

    @asynccontextmanager
    async def admit(self) -> AsyncGenerator[None]:
        """Hold a place for one request. Raises RefusedError(429) when too many are outstanding."""
        if 0 <= self._most_outstanding <= self._outstanding:
            raise RefusedError(429, f"more than {self._most_outstanding} requests are outstanding")
        self._outstanding += 1
        try:
            if self._slots is None:
                yield
            else:
                async with self._slots:
                    yield
        finally:
            self._outstanding -= 1


class BodyReader:
    """Reads request bodies within a budget shared by all connections, and gives up on those that trickle."""

    def __init__(self) -> None:
        self._buffered = 0

    @asynccontextmanager
    async def read(self, request: web.BaseRequest) -> AsyncGenerator[bytes]:
        """The whole body, counted against the budget while it is used. Raises RefusedError: 400, 408, 413 or 503."""
        if (request.content_length or 0) > MAX_REQUEST_BYTES:
            raise RefusedError(413, f"a body of {request.content_length} bytes is above {MAX_REQUEST_BYTES}")
        if not request.can_read_body:
            yield b""
            return
        chunks, size = list[bytes](), 0
        try:
            async for chunk in self._chunks(request):
                size += len(chunk)
                self._buffered += len(chunk)
                if size > MAX_REQUEST_BYTES:
                    raise RefusedError(413, f"the body is above {MAX_REQUEST_BYTES} bytes")
                if self._buffered > _MAX_BUFFERED_BYTES:
                    raise RefusedError(503, "too many large requests at once")
                chunks.append(chunk)
            body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
            yield body
        finally:
            self._buffered -= size

    async def _chunks(self, request: web.BaseRequest) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _GRACE_SECONDS
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    chunk = await request.content.readany()
            except TimeoutError:
                raise RefusedError(408, f"the body arrives at less than {_MIN_BYTES_PER_SECOND} bytes/s") from None
            except (web.RequestPayloadError, ConnectionError) as error:
                raise RefusedError(400, f"the body is broken: {error}") from error
            if not chunk:
                return
            # Whoever keeps sending at the least rate may go on; nobody may bank more than the grace.
            deadline = max(deadline, loop.time()) + len(chunk) / _MIN_BYTES_PER_SECOND
            deadline = min(deadline, loop.time() + _GRACE_SECONDS)
            yield chunk
