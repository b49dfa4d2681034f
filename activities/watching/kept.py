"""The memory of the watch from one look, and one night, to the next: small blobs of the app's own account."""

import logging
from datetime import datetime
from typing import TypeVar

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.watching.checks import CLOCKS_DIFFER, Night
from fraud.watching.memory import Memory
from services.blobs import read_blob, workflow_data, write_blob

_MEMORY = "watch/memory.json"
_NIGHT = "watch/night.json"

Kept = TypeVar("Kept")
_log = logging.getLogger(__name__)


async def read_memory() -> Memory | None:
    """The memory of the last look; None before the first."""
    return await _read(_MEMORY, Memory)


async def write_memory(memory: Memory) -> None:
    """Keep the memory for the next look."""
    await write_blob(await workflow_data(), _MEMORY, msgspec.json.encode(memory))


async def read_night(now: datetime) -> Night | None:
    """The last nightly run; None before the first, and if it ends in the future: then somebody wants none missed."""
    night = await _read(_NIGHT, Night)
    return None if night is None or night.ended > now + CLOCKS_DIFFER else night


async def write_night(night: Night) -> None:
    """Keep how a nightly run ended."""
    await write_blob(await workflow_data(), _NIGHT, msgspec.json.encode(night))


async def _read(path: str, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(await read_blob(await workflow_data(), path), type=kind)
    except ResourceNotFoundError:
        return None
    except (ValueError, RecursionError) as problem:
        # Somebody has damaged it. A watch that fails for that at each look would tell of nothing any more.
        _log.error("%s cannot be read, and counts as absent: %s", path, problem)
        return None
