"""Latency, throttling and full partitions on demand, to see how an application bears them."""

import asyncio
import random
from typing import Annotated

import msgspec

from local_azure.cosmos.errors import partition_full, throttled

MAX_LATENCY_MS = 60_000


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The faults of every operation on documents; the body of `POST /_local/faults`.

    `throttle_rate` is the share (0 to 1) of operations that are answered with 429 and `retry_after_ms`.
    `full` answers every new document with 403 and the sub status 1014, as a partition key does that holds 20 GB.
    """

    throttle_rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    latency_ms: Annotated[float, msgspec.Meta(ge=0, le=MAX_LATENCY_MS)] = 0.0
    retry_after_ms: Annotated[int, msgspec.Meta(ge=0)] = 100
    full: bool = False

    def check_room(self) -> None:
        """Refuse a new document with 403 if the partitions are full."""
        if self.full:
            raise partition_full()

    async def suffer(self) -> None:
        """Wait, then perhaps refuse with 429."""
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        self.throttle()

    def throttle(self) -> None:
        """Perhaps refuse with 429: a request, or an operation of a bulk, each of which is throttled for itself."""
        if self.throttle_rate and random.random() < self.throttle_rate:  # noqa: S311 - no secret depends on it
            raise throttled(self.retry_after_ms)
