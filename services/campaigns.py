"""The requested campaigns, kept in the container `reports`: a reconciliation makes their events again from them.

Beside each lies how far it has come, so that one that was stopped is measured by what it sent and not by its plan.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import hashlib

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.campaigns import Campaign
from services import names
from services.blobs import read_blob, warehouse, write_blob

_FOLDER = "campaigns"
_PROGRESS_FOLDER = "campaign-progress"
PROGRESS_STEP = 25
"""Batches from one note of a campaign's progress to the next: it says at most so many more than were sent."""


class Progress(msgspec.Struct, frozen=True):
    """The number of batches that a campaign has sent at most."""

    batches: int


async def keep_campaign(campaign: Campaign) -> None:
    """Keep a campaign at a path computed from all of it: another one of the same name lies beside it."""
    content = msgspec.json.encode(campaign)
    path = f"{_FOLDER}/{campaign.run_id}/{hashlib.sha256(content).hexdigest()[:12]}.json"
    await write_blob(await warehouse(names.REPORTS), path, content)


async def note_progress(run_id: str, seed: str, number: int) -> None:
    """Note, before a batch is sent, that it may have been; one write in PROGRESS_STEP batches."""
    if number % PROGRESS_STEP:
        return
    progress = Progress(number + PROGRESS_STEP)
    before = await _progress(run_id, seed)
    # A campaign that is run again sends the same events from the first on.
    if before is None or before.batches < progress.batches:
        await write_blob(await warehouse(names.REPORTS), _progress_path(run_id, seed), msgspec.json.encode(progress))


async def campaigns_of(run_id: str) -> list[Campaign]:
    """Every campaign that was started under this name, with as many batches as it has sent; none if nothing was kept.

    One of an earlier version, which noted no progress, has all batches of its plan.
    """
    container = await warehouse(names.REPORTS)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=f"{_FOLDER}/{run_id}/")]
    planned = [msgspec.json.decode(await read_blob(container, path), type=Campaign) for path in paths]
    return [await _as_sent(campaign) for campaign in planned]


async def _as_sent(campaign: Campaign) -> Campaign:
    progress = await _progress(campaign.run_id, str(campaign.seed))
    if progress is None or progress.batches >= campaign.batches:
        return campaign
    return msgspec.structs.replace(campaign, batches=progress.batches)


async def _progress(run_id: str, seed: str) -> Progress | None:
    try:
        content = await read_blob(await warehouse(names.REPORTS), _progress_path(run_id, seed))
    except ResourceNotFoundError:
        return None
    return msgspec.json.decode(content, type=Progress)


def _progress_path(run_id: str, seed: str) -> str:
    return f"{_PROGRESS_FOLDER}/{run_id}/{seed}.json"
