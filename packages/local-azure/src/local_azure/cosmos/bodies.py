"""The bodies of requests and answers, within bounds of size and time, each and all together."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import msgspec
from aiohttp import web

from local_azure.cosmos.errors import CosmosError, too_large
from local_azure.cosmos.wire import MAX_DOCUMENT_BYTES


class Limits(msgspec.Struct, frozen=True):
    """Limits of one client; `held_bytes` limits all bodies together that are read or sent at one time."""

    body_bytes: int = MAX_DOCUMENT_BYTES + 64 * 1024
    held_bytes: int = 64 * 1024 * 1024
    body_seconds: float = 30
    first_request_seconds: float = 15
    connections: int = 500


class Bodies:
    """Reads bodies and counts what is held in memory."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = 0

    @asynccontextmanager
    async def received(self, raw: web.BaseRequest) -> AsyncGenerator[bytes]:
        """A request's body, held until the answer is sent. 408, 413 or 503 if it is too slow, too large, too much."""
        if (raw.content_length or 0) > self._limits.body_bytes:
            raise too_large(f"The request has {raw.content_length} bytes; {self._limits.body_bytes} are allowed.")
        body = bytearray()
        try:
            if raw.can_read_body:
                await self._read(raw, body)
            yield bytes(body)
        finally:
            self._held -= len(body)

    @contextmanager
    def sent(self, size: int) -> Generator[None]:
        """Hold an answer while it is sent, which a client that does not read can draw out. 503 if it is too much."""
        self._hold(size)
        try:
            yield
        finally:
            self._held -= size

    async def _read(self, raw: web.BaseRequest, body: bytearray) -> None:
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for chunk in raw.content.iter_any():
                    if len(body) + len(chunk) > self._limits.body_bytes:
                        raise too_large(f"The request has more than {self._limits.body_bytes} bytes.")
                    self._hold(len(chunk))
                    body += chunk
        except TimeoutError as problem:
            message = f"The body did not arrive within {self._limits.body_seconds} s."
            raise CosmosError(408, "RequestTimeout", message) from problem
        except (web.RequestPayloadError, ConnectionError, ValueError) as problem:
            raise CosmosError(400, "BadRequest", f"The body could not be read: {problem}") from problem

    def _hold(self, size: int) -> None:
        if self._held + size > self._limits.held_bytes:
            raise CosmosError(503, "ServiceUnavailable", "Too many large requests at one time; try again.")
        self._held += size
