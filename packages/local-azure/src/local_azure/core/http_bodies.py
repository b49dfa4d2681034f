"""The bodies of HTTP requests and answers, within bounds of size and time, each and all together."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import msgspec
from aiohttp import web


class BodyLimits(msgspec.Struct, frozen=True):
    """The bounds of one body in bytes and seconds; `held_bytes` bounds all that are held at one time.

    A body has `seconds` to arrive. If `bytes_per_second` is above 0, whoever sends at that rate may go on for longer; a
    body that falls behind it by more than `seconds` is given up.
    """

    body_bytes: int
    held_bytes: int
    seconds: float
    bytes_per_second: float = 0


class BodyRefusedError(Exception):
    """A body is refused with `status`: 400, 408, 413 or 503."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Bodies:
    """Reads bodies and counts what is held in memory."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._held = 0

    @asynccontextmanager
    async def received(self, request: web.BaseRequest) -> AsyncGenerator[bytes]:
        """The whole body of a request, held while the context lasts. Raises BodyRefusedError."""
        if (request.content_length or 0) > self._limits.body_bytes:
            raise self._too_large(f"has {request.content_length}")
        chunks, size = list[bytes](), 0
        try:
            if request.content.is_eof() and request.content.exception() is None:
                # A small body, the usual one, has come with its head: nobody need wait for it.
                whole = request.content.read_nowait()
                if len(whole) > self._limits.body_bytes:
                    raise self._too_large(f"has {len(whole)}")
                self._hold(len(whole))
                size = len(whole)
                chunks.append(whole)
            elif request.can_read_body:
                async for chunk in self._chunks(request):
                    if size + len(chunk) > self._limits.body_bytes:
                        raise self._too_large(f"has more than {self._limits.body_bytes}")
                    self._hold(len(chunk))
                    size += len(chunk)
                    chunks.append(chunk)
            body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
            yield body
        finally:
            self._held -= size

    @contextmanager
    def sent(self, size: int) -> Generator[None]:
        """Hold an answer while it is sent, which a client that does not read can draw out. Raises BodyRefusedError."""
        self._hold(size)
        try:
            yield
        finally:
            self._held -= size

    async def _chunks(self, request: web.BaseRequest) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._limits.seconds
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    chunk = await request.content.readany()
            except TimeoutError:
                raise BodyRefusedError(408, self._too_slow()) from None
            except (web.RequestPayloadError, ConnectionError, ValueError) as error:
                raise BodyRefusedError(400, f"the body could not be read: {error}") from error
            if not chunk:
                return
            if rate := self._limits.bytes_per_second:
                # Whoever keeps sending at the least rate may go on; nobody may bank more than the patience.
                ahead = max(deadline, clock()) + len(chunk) / rate
                deadline = min(ahead, clock() + self._limits.seconds)
            yield chunk

    def _too_large(self, size: str) -> BodyRefusedError:
        return BodyRefusedError(413, f"the request {size} bytes; {self._limits.body_bytes} are allowed")

    def _too_slow(self) -> str:
        if rate := self._limits.bytes_per_second:
            return f"the body arrives at less than {rate:g} bytes/s"
        return f"the body did not arrive within {self._limits.seconds:g} s"

    def _hold(self, size: int) -> None:
        if self._held + size > self._limits.held_bytes:
            raise BodyRefusedError(503, "too many large requests at one time; try again")
        self._held += size
