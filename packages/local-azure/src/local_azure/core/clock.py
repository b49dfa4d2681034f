"""One clock for every local part, so that a minute of Azure's time can pass in a second.

The stack hands the clock to each process in the setting `LOCAL_AZURE_CLOCK`; without it, Azure's time is real time.
What follows it: enqueued times, windows, durable timers, timer triggers, Capture's intervals, TTLs.
What does not: message locks, leases and network timeouts, which guard against real processes dying.
"""

import asyncio
import os
import time
from datetime import UTC, datetime

import msgspec

SETTING = "LOCAL_AZURE_CLOCK"


class Clock(msgspec.Struct, frozen=True):
    """Azure's time as a straight line over real time.

    `real_origin` and `azure_origin` are the same moment in seconds since 1970 on either clock;
    `speed` is the number of Azure's seconds in a real second.
    """

    real_origin: float = 0.0
    azure_origin: float = 0.0
    speed: float = 1.0

    @classmethod
    def from_environment(cls) -> "Clock":
        """The stack's clock, or real time if no stack has set one. Raises ValueError if the setting is not a clock."""
        text = os.environ.get(SETTING)
        if not text:
            return cls()
        try:
            real_origin, azure_origin, speed = (float(part) for part in text.split(","))
        except ValueError as error:
            raise ValueError(f"{SETTING} must be 'real_origin,azure_origin,speed', not {text!r}") from error
        if not speed > 0:
            raise ValueError(f"{SETTING}: speed must be above 0, not {speed}")
        return cls(real_origin, azure_origin, speed)

    def setting(self) -> str:
        """This clock as the value of `LOCAL_AZURE_CLOCK`."""
        return f"{self.real_origin!r},{self.azure_origin!r},{self.speed!r}"

    def timestamp(self) -> float:
        """Azure's time now, in seconds since 1970."""
        return self.azure_origin + (time.time() - self.real_origin) * self.speed

    def now(self) -> datetime:
        """Azure's time now, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def real_seconds(self, azure_seconds: float) -> float:
        """The real time that a span of Azure's time takes, never negative."""
        return max(0.0, azure_seconds / self.speed)

    async def sleep_until(self, timestamp: float) -> None:
        """Wait until Azure's time has reached `timestamp`."""
        while (left := self.real_seconds(timestamp - self.timestamp())) > 0:  # noqa: ASYNC110 - a clock has no event
            await asyncio.sleep(left)

    async def sleep(self, azure_seconds: float) -> None:
        """Wait for a span of Azure's time."""
        await self.sleep_until(self.timestamp() + azure_seconds)
