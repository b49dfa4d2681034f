"""The stack's clock between two runs: Azure's time never goes backwards, whatever the speed was."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.core.process import CannotStartError

SAVE_SECONDS = 1.0
"""The time between two saves of the clock, in real seconds."""

_END_OF_TIME = 253_402_300_800.0
"""The year 10000, which no calendar here has."""


def resume(file: Path, speed: float, not_before: datetime | None = None) -> Clock:
    """The clock of this run. It starts at the latest of real time, where the last run had come to, and `not_before`.

    Raises CannotStartError if the file does not tell where that was: to guess could take Azure's time back.
    """
    now = time.time()
    earliest = not_before.timestamp() if not_before else 0.0
    return Clock(real_origin=now, azure_origin=max(now, _saved(file), earliest), speed=speed)


def save(file: Path, clock: Clock) -> None:
    """Keep where the clock will be at the next save, so that a killed stack does not go back either."""
    ahead = clock.timestamp() + 2 * SAVE_SECONDS * clock.speed
    draft = file.with_suffix(".draft")
    draft.write_text(f"{ahead!r}\n")
    draft.replace(file)


def _saved(file: Path) -> float:
    try:
        saved = float(file.read_text("ascii"))
    except FileNotFoundError:
        return 0.0
    except ValueError:
        saved = -1.0
    if not 0 <= saved < _END_OF_TIME:
        raise CannotStartError(
            f"{file} does not hold Azure's time any more, in seconds since 1970: write into it the time that the last "
            "run had come to (its logs tell), or forget the whole state"
        )
    return saved


class Keeper:
    """Saves the clock. `say` hears, once each time, that it cannot, and that it can again."""

    def __init__(self, file: Path, clock: Clock, say: Callable[[str], None]) -> None:
        self._file, self._clock, self._say = file, clock, say
        self._is_failing = False

    def save(self) -> None:
        """Save it now; a disk that is full or broken ends nothing."""
        try:
            save(self._file, self._clock)
        except OSError as error:
            if not self._is_failing:
                self._say(f"Azure's time cannot be kept: {error}. Until it can, it goes back if the stack is killed.")
            self._is_failing = True
        else:
            if self._is_failing:
                self._say("Azure's time is kept again.")
            self._is_failing = False

    async def run(self) -> None:
        """Save it every second until cancelled."""
        while True:
            self.save()
            await asyncio.sleep(SAVE_SECONDS)
