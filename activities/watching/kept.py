"""The memory of the watch from one look, and one night, to the next: small blobs of the app's own account."""

from typing import TypeVar

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.watching.checks import Night
from fraud.watching.memory import Memory
from services.blobs import read_blob, workflow_data, write_blob

_MEMORY = "watch/memory.json"
_NIGHT = "watch/night.json"

Kept = TypeVar("Kept")


async def read_memory() -> Memory | None:
    """The memory of the last look; None before the first."""
    return await _read(_MEMORY, Memory)


async def write_memory(memory: Memory) -> None:
    """Keep the memory for the next look."""
    await write_blob(await workflow_data(), _MEMORY, msgspec.json.encode(memory))


async def read_night() -> Night | None:
    """The last nightly run; None before the first."""
    return await _read(_NIGHT, Night)


async def write_night(night: Night) -> None:
    """Keep how a nightly run ended."""
    await write_blob(await workflow_data(), _NIGHT, msgspec.json.encode(night))


async def _read(path: str, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(await read_blob(await workflow_data(), path), type=kind)
    except ResourceNotFoundError:
        return None
