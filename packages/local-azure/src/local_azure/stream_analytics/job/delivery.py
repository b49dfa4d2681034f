"""From the journal to an output: in order, again and again until it is taken."""

import asyncio
import logging
import time
from typing import Literal

from local_azure.stream_analytics.job.journal import Journal, Parcel
from local_azure.stream_analytics.job.sinks import RefusedParcelError, Sink

logger = logging.getLogger(__name__)

BATCH = 50
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
"""Seconds of real time between tries; doubled from the first to the longest."""
REMINDER = 60.0
"""Seconds between log lines about an output that keeps failing."""


class OutputDelivery:
    """Delivers the parcels of one output.

    `error_policy` is Stream Analytics' own: with "Stop" a row that the output refuses is tried again without end and
    holds up those behind it, so that nothing is lost while a person mends the cause; with "Drop" it is logged and left
    out.
    """

    def __init__(self, output: str, journal: Journal, sink: Sink, error_policy: Literal["Stop", "Drop"]) -> None:
        self.output = output
        self.delivered = 0
        self.dropped = 0
        self.failures = 0
        self._journal = journal
        self._sink = sink
        self._drops = error_policy == "Drop"
        self._wake = asyncio.Event()
        self._complained = -REMINDER

    @property
    def pending(self) -> int:
        """The number of parcels that wait."""
        return self._journal.count_pending(self.output)

    def wake(self) -> None:
        """There may be something to deliver."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        pause = FIRST_PAUSE
        try:
            while True:
                self._wake.clear()
                parcels = self._journal.pending(self.output, BATCH)
                if not parcels:
                    await self._wake.wait()
                    continue
                if await self._try(parcels):
                    pause = FIRST_PAUSE
                    continue
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            await self._sink.close()

    async def _try(self, parcels: list[Parcel]) -> bool:
        try:
            count = await self._sink.deliver(parcels)
        except RefusedParcelError as refusal:
            if self._drops:
                logger.error("output %s: dropped %s", self.output, refusal)  # noqa: TRY400 - the reason says it all
                self._journal.acknowledge([refusal.parcel])
                self.dropped += 1
                return True
            self._complain(
                logging.ERROR, f"{refusal}. It is tried again and holds up the rows behind it (OutputErrorPolicy Stop)"
            )
            return False
        except Exception as error:  # noqa: BLE001 - whatever an outage looks like, the rows must go out after it
            self._complain(logging.WARNING, f"{type(error).__name__}: {error}; trying again")
            return False
        self._journal.acknowledge(parcels[:count])
        self.delivered += count
        if self.failures:
            logger.info("output %s takes rows again after %d failures", self.output, self.failures)
            self.failures = 0
            self._complained = -REMINDER
        return True

    def _complain(self, level: int, reason: str) -> None:
        self.failures += 1
        now = time.monotonic()
        if now - self._complained >= REMINDER:
            self._complained = now
            logger.log(level, "output %s: %s", self.output, reason)
