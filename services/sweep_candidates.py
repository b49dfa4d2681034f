"""The candidates of a sweep, a work blob per day: the nightly run writes them, and an activity judges them later."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import re
from collections.abc import Sequence
from datetime import date

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.sweep import SWEEP_FOLDER, Candidate, SweepTask
from services.blobs import JSON, delete_blob, read_blob, workflow_data, write_blob

MOST_DAYS = 7
"""Days that a night sweeps at most; the others are left to the next one."""
_DAY = re.compile(rf"{SWEEP_FOLDER}(\d{{4}}-\d\d-\d\d)\.json", re.ASCII)
_candidates = msgspec.json.Decoder(list[Candidate])


async def write_candidates(task: SweepTask, candidates: Sequence[Candidate]) -> None:
    """Keep the candidates of a day. Raises what the blob service raised."""
    await write_blob(await workflow_data(), task.path, msgspec.json.encode(candidates), JSON)


async def days_to_sweep() -> tuple[date, ...]:
    """The days whose candidates wait, in order. Raises what the blob service raised."""
    container = await workflow_data()
    matches = [_DAY.fullmatch(blob.name) async for blob in container.list_blobs(name_starts_with=SWEEP_FOLDER)]
    return tuple(sorted(date.fromisoformat(match[1]) for match in matches if match)[:MOST_DAYS])


async def read_candidates(task: SweepTask) -> list[Candidate]:
    """The candidates of a day; none if they were judged. Raises what the blob service raised."""
    try:
        return _candidates.decode(await read_blob(await workflow_data(), task.path))
    except ResourceNotFoundError:
        return []


async def forget_candidates(task: SweepTask) -> None:
    """Delete the candidates of a day, which are judged."""
    await delete_blob(await workflow_data(), task.path)
