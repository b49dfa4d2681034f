"""The memory of the watch from one look to the next, a small blob of the app's own account; and the note of each night.

A night's note lies beside the reports, and is a link of their chain: nobody can make a bad night a good one unnoticed.
"""

import contextlib
import logging
from datetime import datetime
from typing import TypeVar

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from activities.reconciliation.chain import write_and_link
from activities.reconciliation.chain_reading import newest_link
from fraud.watching.checks import ALTERED, CLOCKS_DIFFER, Night
from fraud.watching.memory import Memory
from fraud.windows import compact_time
from reconciliation.chain import Link, digest_of
from services import names
from services.blobs import read_blob, read_if_there, warehouse, workflow_data, write_blob

_MEMORY = "watch/memory.json"
_FORMER_NIGHT = "watch/night.json"
"""In the app's own account, and no link of the chain: what an earlier version wrote."""
_NIGHT = "night"

Kept = TypeVar("Kept")
_log = logging.getLogger(__name__)


async def read_memory() -> Memory | None:
    """The memory of the last look; None before the first."""
    return await _read(_MEMORY, Memory)


async def write_memory(memory: Memory) -> None:
    """Keep the memory for the next look."""
    await write_blob(await workflow_data(), _MEMORY, msgspec.json.encode(memory))


async def read_night(now: datetime) -> Night | None:
    """The last nightly run; None before the first. ALTERED if its note is not what the chain holds.

    A run that ends in the future gives None as well: somebody wants no night to be missed.
    """
    link, is_whole = await newest_link(_NIGHT)
    if link is None:
        night = await _read(_FORMER_NIGHT, Night) if is_whole else _altered(now)
    else:
        night = await _linked_night(link) or _altered(now)
    return None if night is None or night.ended > now + CLOCKS_DIFFER else night


async def write_night(night: Night) -> None:
    """Keep how a nightly run ended, and link it to the chain of reports: each in a blob of its own."""
    data = msgspec.json.encode(night)
    await write_and_link(_NIGHT, f"nights/{compact_time(night.ended)}-{digest_of(data)[:16]}.json", data)


async def _linked_night(link: Link) -> Night | None:
    """The night that a link names; None if somebody has deleted or changed its note."""
    for path, digest in link.files.items():
        data = await read_if_there(await warehouse(names.REPORTS), path)
        with contextlib.suppress(ValueError, RecursionError):
            if data is not None and digest_of(data) == digest:
                return msgspec.json.decode(data, type=Night)
    return None  # its note was deleted before it was linked, or cannot be read


def _altered(now: datetime) -> Night:
    return Night(ended=now, run="", verdict=ALTERED, faults=0, broken=1)


async def _read(path: str, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(await read_blob(await workflow_data(), path), type=kind)
    except ResourceNotFoundError:
        return None
    except (ValueError, RecursionError) as problem:
        # Somebody has damaged it. A watch that fails for that at each look would tell of nothing any more.
        _log.error("%s cannot be read, and counts as absent: %s", path, problem)
        return None
