"""The stack's clock between two runs: Azure's time never goes backwards, whatever the speed was."""

import asyncio
import time
from pathlib import Path

from local_azure.core.clock import Clock

SAVE_SECONDS = 1.0
"""The time between two saves of the clock, in real seconds."""


def resume(file: Path, speed: float) -> Clock:
    """The clock of this run. It starts at real time, or where the last run had come to if that is later."""
    now = time.time()
    return Clock(real_origin=now, azure_origin=max(now, _saved(file)), speed=speed)


def save(file: Path, clock: Clock) -> None:
    """Keep where the clock will be at the next save, so that a killed stack does not go back either."""
    ahead = clock.timestamp() + 2 * SAVE_SECONDS * clock.speed
    draft = file.with_suffix(".draft")
    draft.write_text(f"{ahead!r}\n")
    draft.replace(file)


def _saved(file: Path) -> float:
    try:
        return float(file.read_text())
    except FileNotFoundError:
        return 0.0


async def keep(file: Path, clock: Clock) -> None:
    """Save the clock every second until cancelled."""
    while True:
        save(file, clock)
        await asyncio.sleep(SAVE_SECONDS)
