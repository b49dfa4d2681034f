"""Process again what was set aside: hand dead letters to the window trigger's code, send corrected events to the hub.

A dead letter is not sent to its queue again: duplicate detection would drop it for a day, and the app has no right to
send there. Its windows are started here as the trigger would have, and only then does it leave the queue.
"""

import logging

import msgspec
from azure.servicebus import ServiceBusReceivedMessage

from fraud.archive import read_event
from fraud.desk.callers import Caller
from fraud.desk.deeds import Deed, deed_of
from fraud.desk.problems import ProblemError
from fraud.desk.set_aside import MAX_REDRIVEN, Redriven, RedriveOrder, RefusedLetter, Resubmission, Resubmitted
from fraud.events import MalformedEventError
from fraud.generation import SALE
from fraud.routing import lane_of
from fraud.windows import parse_windows
from function_app.durable_client import Client
from function_app.windows import take_windows
from services import event_hub
from services.desk.dead_letters import body_of
from services.desk.deeds import noted
from services.desk.quarantine import quarantine_record
from services.service_bus import count_dead_letters, settle_dead_letters
from services.watching import azure_time

_log = logging.getLogger(__name__)
_EVENTS = "store-events/"
_STILL_WRONG = "Still wrong"


class _Tally(msgspec.Struct):
    """The outcome of an order as it grows."""

    letters: int = 0
    quarantined: int = 0
    started: list[str] = []
    started_before: list[str] = []
    refused: list[RefusedLetter] = []


async def redrive(order: RedriveOrder, who: Caller, client: Client) -> Redriven:
    """Start the windows of dead letters, which then leave the queue; one whose windows do not start stays there.

    Raises ProblemError for an order that names none, ServiceBusError if the service is away.
    """
    order.check()
    deed = deed_of(who, await azure_time(), "redriven", order.subject, order.why)
    tally = _Tally()

    async def take(letter: ServiceBusReceivedMessage) -> bool:
        try:
            taken = await take_windows(body_of(letter), letter.message_id, letter.enqueued_time_utc, client)
        except Exception as error:  # noqa: BLE001 - the durable SDK raises nothing more exact
            _log.exception("dead letter %s is not taken", letter.sequence_number)
            tally.refused.append(RefusedLetter(letter.sequence_number or 0, f"{type(error).__name__}: see the log"))
            return False
        tally.letters += 1
        tally.started += taken.started
        tally.started_before += taken.started_before
        tally.quarantined += bool(taken.problems)
        return True

    async def settled() -> Redriven:
        await settle_dead_letters(order.means, MAX_REDRIVEN, take)
        meant = await count_dead_letters(order.up_to) if order.up_to is not None else 0
        return Redriven(
            letters=tally.letters,
            started=len(tally.started),
            started_before=tuple(tally.started_before),
            quarantined=tally.quarantined,
            refused=tuple(tally.refused),
            left=max(0, meant - len(tally.refused)),
        )

    return await noted(deed, settled, lambda outcome: outcome.sentence)


async def resubmit(order: Resubmission, who: Caller, client: Client) -> Resubmitted:
    """Send the corrected body of a record of quarantine where its original was meant to go.

    Raises ProblemError: 404 without the record, 400 for a body that would be set aside again; EventHubError.
    """
    await quarantine_record(order.path)
    body = order.body.encode()
    deed = deed_of(who, await azure_time(), "resubmitted", order.path, order.why)
    if order.path.startswith(_EVENTS):
        return await _resubmit_event(body, deed)
    if problems := parse_windows(body).problems:
        raise ProblemError(400, _STILL_WRONG, "; ".join(problems), "body")

    async def started() -> Resubmitted:
        taken = await take_windows(body, None, None, client)
        return Resubmitted(windows=(*taken.started, *taken.started_before))

    return await noted(deed, started, lambda outcome: outcome.sentence)


async def _resubmit_event(body: bytes, deed: Deed) -> Resubmitted:
    try:
        event, _ = read_event(body)
    except MalformedEventError as error:
        raise ProblemError(400, _STILL_WRONG, str(error), "body") from error
    lane = event.store_id or 0
    partition = lane_of(await event_hub.partition_ids(), is_sale=event.event_type == SALE, store=lane)

    async def sent() -> Resubmitted:
        await event_hub.send_events(partition, [event_hub.event_data(body, {"event_type": event.event_type})])
        return Resubmitted(event_id=event.id, partition=partition)

    return await noted(deed, sent, lambda outcome: outcome.sentence)
