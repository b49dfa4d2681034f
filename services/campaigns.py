"""The requested campaigns, kept in the container `reports`: a reconciliation makes their events again from them.

Beside each lies how far it has come, so that one that was stopped is measured by what it sent and not by its plan.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import contextlib
import hashlib
from datetime import datetime
from typing import TypeVar

import msgspec

from fraud.campaigns import Campaign
from fraud.load.planned import PlannedCampaign
from fraud.load.sent import SentCampaign
from services import names
from services.blobs import read_blob, read_if_there, warehouse, write_blob, write_over

Kept = TypeVar("Kept")

_FOLDER = "campaigns"
_PLAN_FOLDER = "campaign-plans"
_PROGRESS_FOLDER = "campaign-progress"
PROGRESS_STEP = 25
"""Batches from one note of a campaign's progress to the next: it says at most so many more than were sent."""

_MOST_PLANNED = 16
_planned: dict[str, PlannedCampaign] = {}
"""Plans by their paths, which are computed from their content."""


class Progress(msgspec.Struct, frozen=True):
    """The number of batches that a campaign has sent at most."""

    batches: int


class KeptCampaigns(msgspec.Struct):
    """The campaigns of a name, and the reasons why other blobs of it cannot be read, by their paths in `reports`."""

    sent: list[SentCampaign] = []
    unreadable: dict[str, str] = {}


async def keep_campaign(campaign: Campaign) -> None:
    """Keep a campaign at a path computed from all of it: another one of the same name lies beside it."""
    content = msgspec.json.encode(campaign)
    path = f"{_FOLDER}/{campaign.run_id}/{hashlib.sha256(content).hexdigest()[:12]}.json"
    await write_blob(await warehouse(names.REPORTS), path, content)


async def keep_planned(planned: PlannedCampaign) -> None:
    """Keep a campaign with its plan, by its digest."""
    path = _plan_path(planned.run_id, planned.digest)
    await write_blob(await warehouse(names.REPORTS), path, msgspec.json.encode(planned))


async def read_planned(run_id: str, digest: str) -> PlannedCampaign:
    """A campaign with its plan, read once per process. Raises ResourceNotFoundError if absent."""
    path = _plan_path(run_id, digest)
    if path not in _planned:
        content = await read_blob(await warehouse(names.REPORTS), path)
        if len(_planned) >= _MOST_PLANNED:
            _planned.clear()
        _planned[path] = msgspec.json.decode(content, type=PlannedCampaign)
    return _planned[path]


async def keep_tape_page(tape: str, number: int, page: bytes) -> None:
    """Keep the bodies of a tick; a tape is named by its content, so keeping it twice changes nothing."""
    await write_blob(await warehouse(names.REPORTS), _page_path(tape, number), page)


async def read_tape_page(tape: str, number: int) -> list[bytes]:
    """The bodies of a tick. Raises ResourceNotFoundError if the page was never kept."""
    content = await read_blob(await warehouse(names.REPORTS), _page_path(tape, number))
    return msgspec.json.decode(content, type=list[bytes])


async def note_progress(run_id: str, seed: str, number: int) -> None:
    """Note, before a batch is sent, that it may have been; one write in PROGRESS_STEP batches."""
    if number % PROGRESS_STEP:
        return
    progress = Progress(number + PROGRESS_STEP)
    before = None
    with contextlib.suppress(ValueError, RecursionError):  # of another hand: it is written anew
        before = await _progress(run_id, seed)
    # A campaign that is run again sends the same events from the first on.
    if before is None or before.batches < progress.batches:
        await write_over(await warehouse(names.REPORTS), _progress_path(run_id, seed), msgspec.json.encode(progress))


async def kept_run_ids(most: int) -> list[str]:
    """The instance ids under which campaigns were started, the latest start first, at most so many."""
    container = await warehouse(names.REPORTS)
    latest: dict[str, datetime] = {}
    for folder in (_FOLDER, _PLAN_FOLDER):
        async for blob in container.list_blobs(name_starts_with=f"{folder}/"):
            run_id, written = blob.name.split("/")[1], blob.last_modified
            latest[run_id] = max(written, latest.get(run_id, written))
    return sorted(latest, key=lambda run_id: latest[run_id], reverse=True)[:most]


async def campaigns_of(run_id: str) -> KeptCampaigns:
    """Every campaign that was started under this name, with as many batches as it has sent; none if nothing was kept.

    One of an earlier version, which noted no progress, has all batches of its plan. So has one whose progress cannot be
    read. What the app has not written is named, and holds up nothing else. Raises what the blob service raised.
    """
    kept = KeptCampaigns()
    for path, campaign in await _kept(f"{_FOLDER}/{run_id}/", Campaign, kept.unreadable):
        if campaign.run_id == run_id and campaign.is_bounded:
            kept.sent.append(SentCampaign.of_batches(campaign))
        else:
            kept.unreadable[path] = "no request makes such a campaign"
    for path, planned in await _kept(f"{_PLAN_FOLDER}/{run_id}/", PlannedCampaign, kept.unreadable):
        if planned.run_id == run_id:
            kept.sent.append(SentCampaign.of_plan(planned))
        else:
            kept.unreadable[path] = f"a campaign of the name {planned.run_id[:100]!r}"
    kept.sent = [await _as_sent(campaign, kept.unreadable) for campaign in kept.sent]
    return kept


async def _kept(prefix: str, kind: type[Kept], unreadable: dict[str, str]) -> list[tuple[str, Kept]]:
    """What was kept under a prefix, by its path; what is not what its name was computed from is noted."""
    container = await warehouse(names.REPORTS)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=prefix)]
    kept: list[tuple[str, Kept]] = []
    for path in paths:
        data = await read_if_there(container, path)
        if data is None:
            unreadable[path] = "it is gone, or in the archive tier"
            continue
        if path != f"{prefix}{hashlib.sha256(data).hexdigest()[:12]}.json":
            unreadable[path] = "not what its name was computed from"
            continue
        try:
            kept.append((path, msgspec.json.decode(data, type=kind)))
        except (ValueError, RecursionError) as error:
            unreadable[path] = f"not a campaign: {error}"
    return kept


async def _as_sent(campaign: SentCampaign, unreadable: dict[str, str]) -> SentCampaign:
    try:
        progress = await _progress(campaign.run_id, campaign.seed)
    except (ValueError, RecursionError) as error:
        unreadable[_progress_path(campaign.run_id, campaign.seed)] = f"not a campaign's progress: {error}"
        return campaign
    return campaign if progress is None else campaign.until(progress.batches)


async def _progress(run_id: str, seed: str) -> Progress | None:
    """As it was noted; None if it is absent or archived. Raises ValueError or RecursionError if it is anything else."""
    content = await read_if_there(await warehouse(names.REPORTS), _progress_path(run_id, seed))
    return None if content is None else msgspec.json.decode(content, type=Progress)


def _plan_path(run_id: str, digest: str) -> str:
    return f"{_PLAN_FOLDER}/{run_id}/{digest}.json"


def _page_path(tape: str, number: int) -> str:
    return f"campaign-tapes/{tape}/{number:05}.json"


def _progress_path(run_id: str, seed: str) -> str:
    return f"{_PROGRESS_FOLDER}/{run_id}/{seed}.json"
