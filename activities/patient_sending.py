"""Sending to a hub that may be busy: it is asked again, and what may be there twice is marked."""

import asyncio
import random
import time
from collections.abc import Sequence

from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from fraud.load.planned import TickSent
from fraud.load.portions import PORTION_BYTES, PORTION_EVENTS
from fraud.slices import slices_within
from services import event_hub

ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.5
"""Doubles from one attempt to the next, beyond the client's own: 12 s in all, then the orchestration tries again."""
BUSY_SECONDS = 240.0
"""The time for which a hub may be busy: it takes what it can, so nothing is gained by beginning anew with all of it. An
activity has ten minutes."""
LONGEST_WAIT_SECONDS = 4.0
"""What Event Hubs asks for when it is busy."""


async def send_patiently(partition: str, events: Sequence[EventData], *, again: bool) -> TickSent:
    """Send events to a partition, all of them marked if `again`; how many were sent again, how often the hub refused.

    If the hub refuses, only the events that it has not acknowledged are sent again, with growing pauses. Raises
    EventHubError if the hub is away for ATTEMPTS attempts, or still busy after BUSY_SECONDS.
    """
    retried = throttled = 0
    if again:
        retried = len(events)
        event_hub.mark_sent_again(events)
    end = time.monotonic() + BUSY_SECONDS
    for portion in slices_within(events, PORTION_EVENTS, PORTION_BYTES, _size):
        attempt = failures = 1
        while True:
            try:
                await event_hub.send_events(partition, portion)
                break
            except EventHubError as error:
                is_busy = "server-busy" in str(error) and time.monotonic() < end
                throttled += "server-busy" in str(error)
                if failures == ATTEMPTS and not is_busy:
                    raise
            retried += len(portion)
            wait = min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1), LONGEST_WAIT_SECONDS)
            attempt, failures = attempt + 1, failures + (not is_busy)
            event_hub.mark_sent_again(portion, attempt)
            # Not all at once with the other partitions, of which a busy hub would take one.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    return TickSent(retried=retried, throttled=throttled)


def _size(event: EventData) -> int:
    return len(event.body_as_str(encoding="latin-1"))
