"""Latency and throttling on demand, to see how an application bears them."""

import asyncio
import random

import msgspec

from local_azure.cosmos.errors import bad_request, throttled

MAX_LATENCY_MS = 60_000


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """What every operation on documents suffers; the body of `POST /_local/faults`.

    `throttle_rate` is the share (0 to 1) of operations that are answered with 429 and `retry_after_ms`.
    """

    throttle_rate: float = 0.0
    latency_ms: float = 0.0
    retry_after_ms: int = 100

    def check(self) -> None:
        """400 for a rate or a time that cannot be."""
        if not (0 <= self.throttle_rate <= 1 and 0 <= self.latency_ms <= MAX_LATENCY_MS and self.retry_after_ms >= 0):
            raise bad_request(f"throttle_rate is 0 to 1, latency_ms 0 to {MAX_LATENCY_MS}, retry_after_ms from 0 on.")

    def take(self, other: "Faults") -> None:
        """Be as the other from now on."""
        self.throttle_rate, self.latency_ms, self.retry_after_ms = (
            other.throttle_rate,
            other.latency_ms,
            other.retry_after_ms,
        )

    async def suffer(self) -> None:
        """Wait, then perhaps refuse with 429."""
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
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
