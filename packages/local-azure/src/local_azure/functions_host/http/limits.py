"""Limits that keep the HTTP trigger open for other clients: sizes, rates, and requests at one time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from local_azure.core.http_bodies import BodyLimits
from local_azure.functions_host.host_json import HttpOptions

MAX_REQUEST_BYTES = 100 * 1024 * 1024  # "HTTP request length is limited to 100 MB" (HTTP trigger documentation)
# The last two are the defaults of Kestrel's MinRequestBodyDataRate.
BODIES = BodyLimits(MAX_REQUEST_BYTES, held_bytes=256 * 1024 * 1024, seconds=5, bytes_per_second=240)


class RefusedRequestError(Exception):
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
        """Hold a place for one request. Raises RefusedRequestError(429) when too many are outstanding."""
        if 0 <= self._most_outstanding <= self._outstanding:
            raise RefusedRequestError(429, f"more than {self._most_outstanding} requests are outstanding")
        self._outstanding += 1
        try:
            if self._slots is None:
                yield
            else:
                async with self._slots:
                    yield
        finally:
            self._outstanding -= 1
