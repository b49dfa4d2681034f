"""Lay events into the archives: Capture's blobs of all, documents of the last of them, profiles of the whole days."""

from collections.abc import Sequence
from itertools import chain

import msgspec

from activities.archive_events import write_archive
from activities.build_profiles import build_profiles
from fraud.archive import ReceivedEvent, plan_archive
from fraud.context.look_ups import CUSTOMER_SPAN
from fraud.replay.arrivals import Arrival
from fraud.slices import slices
from laying.capture import capture_blobs, idle_blobs
from reconciliation.capture.path import LAID
from reconciliation.nightly import ProfilesTask
from services import names
from services.blobs import warehouse, write_blob
from services.concurrency import together
from services.profiles import profile_days, read_manifest

DOCUMENTS_SPAN = CUSTOMER_SPAN
"""Documents are laid of so much time: no look-up but that of an id goes back further."""
_AT_ONCE = 4
_DELIVERY = 1_000


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of what was laid, and of what the profiles of its whole days know."""

    events: int
    documents: int
    days: int
    customers: int
    skus: int


async def lay(arrivals: Sequence[Arrival]) -> Laid:
    """Lay events that lie in the past, in order of arrival. Laying them again changes nothing.

    Nothing judges them. Raises what the blob service or Cosmos raised.
    """
    received = [_received(number, arrival) for number, arrival in enumerate(arrivals)]
    last = received[-1].enqueued_time
    recent = [event for event in received if event.enqueued_time > last - DOCUMENTS_SPAN]
    archive = await warehouse(names.ALL_EVENTS)
    captured = chain(capture_blobs(received), idle_blobs(received))
    blobs = (write_blob(archive, path, data, "application/octet-stream") for path, data in captured)
    await together(blobs, at_once=_AT_ONCE)
    deliveries = (write_archive(plan_archive(part)) for part in slices(recent, _DELIVERY))
    await together(deliveries, at_once=_AT_ONCE)
    while (await build_profiles(ProfilesTask(last))).is_behind:
        pass  # as a night does, a day at a time
    days = await profile_days()
    manifest = await read_manifest(days[-1]) if days else None
    return Laid(
        events=len(received),
        documents=len(recent),
        days=len(days),
        customers=manifest.customers if manifest else 0,
        skus=manifest.skus if manifest else 0,
    )


def _received(number: int, arrival: Arrival) -> ReceivedEvent:
    return ReceivedEvent(arrival.body, LAID, number, str(number), arrival.enqueued, LAID)
