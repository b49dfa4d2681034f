"""Send one batch of generated events to the Event Hub."""

from collections import defaultdict

import msgspec
from azure.eventhub import EventData

from activities.patient_sending import send_patiently
from fraud.campaigns import Batch, is_campaign_id
from fraud.generation import BatchTotals, generate_events, totals_of
from fraud.routing import partition_of, properties_of
from services import event_hub
from services.campaigns import note_progress
from services.concurrency import together
from services.sending_claims import Claim, begun_before

_PRODUCER = 0
"""A campaign without a plan has one."""
_encoder = msgspec.json.Encoder()


async def send_batch(batch: Batch) -> BatchTotals:
    """Generate a batch and send it; its totals, once the hub has acknowledged all of it.

    Run again, it sends the same events with the same ids; those of a campaign are marked then. Raises EventHubError if
    the hub does not take them although it was asked patiently, and what the blob service raised.
    """
    again = False
    if is_campaign_id(batch.run_id):
        await note_progress(batch.run_id, batch.seed, batch.number)
        again = await begun_before(batch.run_id, batch.seed, _PRODUCER, Claim(number=batch.number, since=batch.ts))
    events = list(generate_events(batch.seed, batch.number, batch.count, batch.bad_event_ratio, batch.ts))
    partitions = await event_hub.partition_ids()
    by_partition: defaultdict[str, list[EventData]] = defaultdict(list)
    for event in events:
        data = event_hub.event_data(_encoder.encode(event), properties_of(event, batch.run_id))
        by_partition[partition_of(event, partitions)].append(data)
    await together(send_patiently(partition, its_events, again=again) for partition, its_events in by_partition.items())
    return totals_of(events)
