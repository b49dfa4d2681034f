"""The candidates of a sweep, a work blob per day: the nightly run writes them, and an activity judges them later."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging
from collections.abc import Sequence
from datetime import date

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.sweep import SWEEP_FOLDER, Candidate, SweepTask
from services.blobs import JSON, delete_blob, read_blob, workflow_data, write_blob
from services.named_days import named_day

MOST_DAYS = 7
"""Days that a night sweeps at most; the others are left to the next one."""
_log = logging.getLogger(__name__)
_candidates = msgspec.json.Decoder(list[Candidate])


async def write_candidates(task: SweepTask, candidates: Sequence[Candidate]) -> None:
    """Keep the candidates of a day. Raises what the blob service raised."""
    await write_blob(await workflow_data(), task.path, msgspec.json.encode(candidates), JSON)


async def days_to_sweep() -> tuple[date, ...]:
    """The days whose candidates wait, in order. Raises what the blob service raised."""
    container = await workflow_data()
    blobs = container.list_blobs(name_starts_with=SWEEP_FOLDER)
    return tuple(sorted([day async for blob in blobs if (day := named_day(blob.name, SWEEP_FOLDER))])[:MOST_DAYS])


async def read_candidates(task: SweepTask) -> list[Candidate]:
    """The candidates of a day; none if they were judged. Raises what the blob service raised.

    Those that somebody has altered beyond reading are left out: they must not keep later days from being swept.
    """
    try:
        candidates = _candidates.decode(await read_blob(await workflow_data(), task.path))
    except ResourceNotFoundError:
        return []
    except (ValueError, RecursionError) as problem:
        _log.error("%s cannot be read, and nothing of that day is swept: %s", task.path, problem)
        return []
    readable = [candidate for candidate in candidates if candidate.is_readable]
    if len(readable) < len(candidates):
        _log.error("%s has %d sales that cannot be read", task.path, len(candidates) - len(readable))
    return readable


async def forget_candidates(task: SweepTask) -> None:
    """Delete the candidates of a day, which are judged."""
    await delete_blob(await workflow_data(), task.path)
