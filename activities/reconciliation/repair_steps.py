"""The activities of a repair. Each writes to computed paths, so running one twice changes nothing."""

import asyncio
from typing import Any, TypeVar

import msgspec

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.judge_places import judge_places
from activities.reconciliation.run_files import REQUESTS, read_struct
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.archive import ReceivedEvent
from fraud.windows import WINDOW
from reconciliation.capture.path import LONGEST_INTERVAL
from reconciliation.messages import PartProgress, PartTask
from reconciliation.paths import REPAIR_WINDOWS_FOLDER, part_path
from reconciliation.repairing.recapture import Recapture
from reconciliation.repairing.repair import Analysis, Backfill, Correction
from services import look_ups, names
from services.blobs import chunks_if_there, warehouse, write_blob
from services.capture_archive import list_blobs
from services.concurrency import together
from services.reported_rows import CORRECTION

Kind = TypeVar("Kind")


async def backfill_events(task: PartTask) -> PartProgress:
    """Archive events from Capture as the archiver would have: to Cosmos, or to quarantine. Counts those it found."""
    part = await _part(task, list[Backfill])
    return sum([await _backfill(backfill) for backfill in part], PartProgress(0, 0))


async def _backfill(part: Backfill) -> PartProgress:
    archive = await warehouse(names.ALL_EVENTS)
    since, until = part.first_window_end - WINDOW, part.last_window_end + LONGEST_INTERVAL
    recapture = Recapture(part.partition.rpartition("/")[2], (place.sequence_number for place in part.events))
    received: list[ReceivedEvent] = []
    read = 0
    for blob in await list_blobs(archive, part.partition, since, until):
        if not recapture.wanted:
            break
        reading = recapture.blob()
        async for chunk in chunks_if_there(archive, blob.name):
            received += await asyncio.to_thread(reading.feed, chunk)
            read += len(chunk)
        received += await asyncio.to_thread(reading.finish)
    tasks = await archive_events(received)
    await look_ups.forget()
    for task in tasks:
        if summary := await judge_places(task):
            await alert_fraud_team(summary)
    return PartProgress(len(received), read)


async def enter_corrections(task: PartTask) -> PartProgress:
    """Enter windows that the stream job lost in suspicious-events: each in a blob of its own that names the repair."""
    container = await warehouse(names.SUSPICIOUS_EVENTS)

    async def enter(correction: Correction) -> None:
        window = correction.window
        row: dict[str, Any] = {
            "store_id": window.store_id,
            "ids": window.ids,
            "WindowStart": window.window.start,
            "WindowEnd": window.window.end,
            "corrected_by": task.run,
        }
        path = f"{correction.window_end:%Y/%m/%d/%H}/{CORRECTION}{window.name}.json"
        await write_blob(container, path, msgspec.json.encode(row) + b"\n")

    part = await _part(task, list[Correction])
    await together(map(enter, part), at_once=REQUESTS)
    return PartProgress(len(part), 0)


async def save_windows(task: PartTask) -> list[WindowTask]:
    """Write the ids of some windows to work blobs; the tasks of analysing them, at most `WINDOWS_PER_ORCHESTRATION`."""
    part = await _part(task, list[Analysis])
    return await together((save_window(analysis.window, REPAIR_WINDOWS_FOLDER) for analysis in part), at_once=REQUESTS)


async def _part(task: PartTask, kind: type[Kind]) -> Kind:
    return await read_struct(part_path(task.run, task.stage, task.number), kind)
