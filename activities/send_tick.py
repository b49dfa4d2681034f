"""Send what one producer of a planned campaign has to send in a tick."""

from collections import defaultdict

from azure.eventhub import EventData

from activities.patient_sending import send_patiently
from fraud.load.messages import Messages, totals_of_messages
from fraud.load.planned import PlannedCampaign, TickSent, TickShare
from fraud.load.recorded import Recorded, totals_of_recorded
from fraud.load.schedule import IndexSpan
from fraud.load.shapes import Tape
from fraud.routing import partition_of, properties_of
from services import event_hub
from services.campaigns import note_progress, read_planned, read_tape_page
from services.concurrency import together
from services.sending_claims import Claim, begun_before


async def send_tick(share: TickShare) -> TickSent:
    """Send a share of a tick; its totals, once the hub has acknowledged all of it.

    Run again, it sends the same events with the same ids, all of them marked. Raises EventHubError if the hub does not
    take the events although it was asked patiently, and what the blob service raised.
    """
    await note_progress(share.run_id, share.seed, share.tick)
    planned = await read_planned(share.run_id, share.digest)
    maker = Messages(planned.plan, planned.seed, share.started)
    played = {span.stage for span in share.spans if isinstance(planned.plan.stages[span.stage], Tape)}
    messages = [message for span in share.spans if span.stage not in played for message in maker.of(span)]
    recorded = [body for span in share.spans if span.stage in played for body in await _recorded(planned, share, span)]
    partitions = await event_hub.partition_ids()
    by_partition: defaultdict[str, list[EventData]] = defaultdict(list)
    for message in messages:
        data = event_hub.event_data(message.body, properties_of(message.event, share.run_id))
        by_partition[partition_of(message.event, partitions)].append(data)
    for event in recorded:
        data = event_hub.event_data(event.body, event.properties(share.run_id))
        by_partition[event.partition(partitions)].append(data)
    claim = Claim(number=share.tick, since=share.started.isoformat())
    again = await begun_before(share.run_id, share.seed, planned.shares(share.tick).index(share.spans), claim)
    sent = await together(send_patiently(partition, events, again=again) for partition, events in by_partition.items())
    return sum(sent, start=TickSent(totals=totals_of_messages(messages) + totals_of_recorded(recorded)))


async def _recorded(planned: PlannedCampaign, share: TickShare, span: IndexSpan) -> list[Recorded]:
    """The events of a tape that this share sends: the tick's page has them all."""
    stage = planned.plan.stages[span.stage]
    assert isinstance(stage, Tape)  # noqa: S101 - held by the caller
    schedule = planned.plan.schedule
    indices = schedule.indices(span.stage, share.tick)
    page = await read_tape_page(stage.tape, schedule.tick_in(span.stage, share.tick))
    return [Recorded.of(body) for body in page[span.first - indices.start : span.end - indices.start]]
