"""Small looks at the services for the watch: each costs a request or two, and none needs a right to manage anything."""
# pyright: reportUnknownMemberType=false
# The SDKs pass their options on as untyped keyword arguments.

import contextlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobPrefix

from fraud.verdicts import time_path
from fraud.watching.checks import CLOCKS_DIFFER, MOST_QUARANTINED, ZonedTime
from services import cosmos, names
from services.blobs import jobs_storage, read_bytes, warehouse
from services.reported_rows import list_reported

_CHECKPOINTS = "azure-webjobs-eventhub"
"""The container of the Event Hubs extension, on the app's own account."""
_TAIL_BYTES = 512 * 1024
"""A row of the stream job is smaller than a message of 256 KB."""
_NEWEST_BLOBS = 3
_MOST = 1_000
_UNRESOLVED = (
    f"SELECT TOP {_MOST} c.bands.unresolved AS ids FROM c WHERE c.window_end > @since "
    "AND c.window_end <= @until AND c.bands.unresolved >= 1"
)
_HOUR = timedelta(hours=1)
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


async def azure_time() -> datetime:
    """The time of the services, from the date of an answer of Cosmos: on one machine it may run faster than ours.

    Raises CosmosHttpResponseError or ServiceRequestError if Cosmos is away.
    """
    answered: list[datetime] = []

    def keep(headers: Mapping[str, str], _: object) -> None:
        answered.extend(date for date in [answered_at(headers)] if date)

    await (await cosmos.cases()).read(response_hook=keep)
    return answered[-1] if answered else datetime.now(UTC)


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """The moment of an answer, by the clock of the service; None if it does not say so."""
    date = next((text for name, text in headers.items() if name.lower() == "date"), None)
    return parsedate_to_datetime(date).astimezone(UTC) if date else None


async def read_checkpoints(namespace: str) -> dict[str, int]:
    """By partition: the sequence number up to which the archiver has archived; none before its first checkpoint.

    One that is not a number, which somebody else wrote, is -1: then the archiver is told to stand.
    The extension keeps them as metadata of `{namespace}/{hub}/{consumer group}/checkpoint/{partition}`.
    """
    container = (await jobs_storage()).get_container_client(_CHECKPOINTS)
    prefix = f"{namespace}/{names.EVENT_HUB}/{names.ARCHIVER_GROUP}/checkpoint/".lower()
    checkpoints: dict[str, int] = {}
    try:
        async for blob in container.list_blobs(name_starts_with=prefix, include=["metadata"]):
            metadata = {key.lower(): text for key, text in (blob.metadata or {}).items()}
            number = metadata.get("sequencenumber") or ""
            checkpoints[blob.name.removeprefix(prefix)] = int(number) if _NUMBER.fullmatch(number) else -1
    except ResourceNotFoundError:
        return {}  # no host has run yet
    return checkpoints


async def newest_reported(oldest: datetime, now: datetime) -> datetime | None:
    """The end of the newest window that the stream job wrote to `suspicious-events` in an hour from `oldest` on.

    None if absent. The job's folders are by the hour of writing; what a repair entered does not count. Nor does a row
    of the future, which the job has not written: by such a one it would have reported all that ever comes.
    """
    hour = now
    while hour >= oldest.replace(minute=0, second=0, microsecond=0):
        written = [blob async for blob in list_reported(f"{hour:%Y/%m/%d/%H}/")]
        written.sort(key=lambda blob: blob.last_modified, reverse=True)
        ends = [await _last_end(blob.name, blob.size, now) for blob in written[:_NEWEST_BLOBS]]
        if seen := [end for end in ends if end is not None]:
            return max(seen)
        hour -= _HOUR
    return None


async def _last_end(path: str, size: int, now: datetime) -> datetime | None:
    if not size:
        return None
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    tail = await read_bytes(container, path, max(0, size - _TAIL_BYTES), _TAIL_BYTES)
    ends = [end for line in tail.splitlines() if (end := _end_of(line)) is not None and end <= now + CLOCKS_DIFFER]
    return max(ends, default=None)


class _Row(msgspec.Struct, frozen=True):
    WindowEnd: ZonedTime


def _end_of(line: bytes) -> datetime | None:
    try:
        return msgspec.json.decode(line, type=_Row).WindowEnd.astimezone(UTC)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError):
        return None  # the first line of a tail is a part of one


class JudgedEnds:
    """The ends of windows that have verdicts, as far as this process was told: an end that has some keeps them."""

    def __init__(self) -> None:
        self._judged: frozenset[datetime] = frozenset()

    async def among(self, ends: Iterable[datetime]) -> frozenset[datetime]:
        """Those of some ends. Lists the days of the others in `fraud-events`. Raises what the blob service raised."""
        wanted = frozenset(ends)
        judged = set(self._judged & wanted)
        for day in sorted({time_path(end)[:10] for end in wanted - judged}):
            judged |= await _judged_of_day(day) & wanted
        self._judged = frozenset(judged)
        return self._judged


async def _judged_of_day(day: str) -> set[datetime]:
    """Of a day of Azure's time, as `2026/01/02`: the folders of `fraud-events`."""
    container = await warehouse(names.FRAUD_EVENTS)
    ends: set[datetime] = set()
    async for item in container.walk_blobs(name_starts_with=f"{day}/", delimiter="/"):
        if isinstance(item, BlobPrefix) and re.fullmatch(r"\d{4}", clock := item.name.rstrip("/")[-4:], re.ASCII):
            with contextlib.suppress(ValueError):  # a time that no clock has, in a folder of another hand
                ends.add(datetime.strptime(f"{day} {clock}", "%Y/%m/%d %H%M").replace(tzinfo=UTC))
    return ends


async def count_quarantined(now: datetime) -> int:
    """Events in quarantine that were enqueued since the last hour began; of an hour at most MOST_QUARANTINED.

    Their paths tell the hour; the minute would cost a read of each.
    """
    container = await warehouse(names.QUARANTINE)
    count = 0
    for hour in (now, now - _HOUR):
        folder = f"store-events/{hour:%Y/%m/%d/%H}/"
        pages = container.list_blob_names(name_starts_with=folder, results_per_page=MOST_QUARANTINED).by_page()
        async for page in pages:
            count += len([name async for name in page])
            break  # a notice need not say more
    return count


async def count_unresolved(since: datetime, until: datetime) -> int:
    """Ids of windows that ended in (since, until] and are judged without their event, in at most 1,000 windows."""
    container = await cosmos.cases()
    parameters: list[dict[str, object]] = [
        {"name": "@since", "value": msgspec.to_builtins(since)},
        {"name": "@until", "value": msgspec.to_builtins(until)},
    ]
    rows = container.query_items(_UNRESOLVED, parameters=parameters)
    return sum([row["ids"] async for row in rows])
