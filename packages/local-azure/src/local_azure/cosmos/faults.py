"""Latency, throttling and full partitions on demand, to see how an application bears them."""

import asyncio
import random

import msgspec

from local_azure.cosmos.errors import bad_request, partition_full, throttled

MAX_LATENCY_MS = 60_000


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """The faults of every operation on documents; the body of `POST /_local/faults`.

    `throttle_rate` is the share (0 to 1) of operations that are answered with 429 and `retry_after_ms`.
    `full` answers every new document with 403 and the sub status 1014, as a partition key does that holds 20 GB.
    """

    throttle_rate: float = 0.0
    latency_ms: float = 0.0
    retry_after_ms: int = 100
    full: bool = False

    def check(self) -> None:
        """400 for a rate or a time that cannot be."""
        if not (0 <= self.throttle_rate <= 1 and 0 <= self.latency_ms <= MAX_LATENCY_MS and self.retry_after_ms >= 0):
            raise bad_request(f"throttle_rate is 0 to 1, latency_ms 0 to {MAX_LATENCY_MS}, retry_after_ms from 0 on.")

    def take(self, other: "Faults") -> None:
        """Be as the other from now on."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))

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


def parse_faults(body: bytes) -> Faults:
    """The faults in a control request. 400 if it is not what `Faults` describes."""
    try:
        faults = msgspec.json.decode(body, type=Faults)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise bad_request(f"The faults are malformed: {problem}") from problem
    faults.check()
    return faults
