"""Sending to a hub that may be busy: it is asked again, and what may be there twice is marked."""

import asyncio
from collections.abc import Sequence

from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from fraud.load.planned import TickSent
from fraud.slices import slices_within
from services import event_hub

EVENTS_PER_SEND = 500
BYTES_PER_SEND = 500_000
"""What is acknowledged together, in one batch of the hub, unless a single event is larger: what is not acknowledged is
sent again, and may be there twice. A throughput unit takes 1 MB in a second."""
ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.5
"""Doubles from one attempt to the next, beyond the client's own: 15 s in all, then the orchestration tries again."""


async def send_patiently(partition: str, events: Sequence[EventData], *, again: bool) -> TickSent:
    """Send events to a partition, all of them marked if `again`; how many were sent again, how often the hub refused.

    A hub that refuses is asked again, more slowly each time, for those alone that it has not acknowledged. Raises
    EventHubError if it does not take them in ATTEMPTS attempts.
    """
    retried = throttled = 0
    if again:
        retried = len(events)
        event_hub.mark_sent_again(events)
    for portion in slices_within(events, EVENTS_PER_SEND, BYTES_PER_SEND, _size):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await event_hub.send_events(partition, portion)
                break
            except EventHubError as error:
                throttled += "server-busy" in str(error)
                if attempt == ATTEMPTS:
                    raise
            retried += len(portion)
            event_hub.mark_sent_again(portion, attempt + 1)
            await asyncio.sleep(FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
    return TickSent(retried=retried, throttled=throttled)


def _size(event: EventData) -> int:
    return len(event.body_as_str(encoding="latin-1"))
