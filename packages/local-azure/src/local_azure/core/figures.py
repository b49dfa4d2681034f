"""Counts of what clients ask of a part: the difference of two looks shows what some work costs.

The stack sets `LOCAL_AZURE_FIGURES` to a folder, and each part that counts keeps a file of its own there, NAME.json.
The counts go on over a restart of the part; a kill may lose those of the last second. Without the setting nothing is
counted.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

SETTING = "LOCAL_AZURE_FIGURES"
_KEPT_AFTER_SECONDS = 1.0

log = logging.getLogger(__name__)


class Figure(msgspec.Struct, frozen=True, array_like=True):
    """The count of an operation on a resource, and the sum of its units.

    Units are request units of Cosmos, seconds of functions, and bytes that blobs were sent.
    """

    resource: str
    name: str
    count: int
    units: float


class Figures:
    """The counts of one part. Use it from the thread of its event loop."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._counts: dict[tuple[str, str], list[float]] = {}
        self._is_due = False
        for figure in _read(file) if file else ():
            self._counts[figure.resource, figure.name] = [figure.count, figure.units]

    @classmethod
    def from_environment(cls, part: str) -> "Figures":
        """Counts in the folder that the environment names; nowhere if it names none."""
        folder = os.environ.get(SETTING)
        return cls(Path(folder) / f"{part}.json" if folder else None)

    def count(self, resource: str, name: str, units: float = 0.0) -> None:
        """Count an operation."""
        if self._file is None:
            return
        counted = self._counts.setdefault((resource, name), [0, 0.0])
        counted[0] += 1
        counted[1] += units
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(_KEPT_AFTER_SECONDS, self.keep)

    def keep(self) -> None:
        """Write the counts. A file that cannot be written is logged once."""
        self._is_due = False
        if self._file is None or not self._counts:
            return
        figures = [Figure(*key, int(count), round(units, 3)) for key, (count, units) in self._counts.items()]
        try:
            write_whole(self._file, msgspec.json.encode(figures))
        except OSError as problem:
            log.warning("operations are not counted any more: %s", problem)
            self._file = None


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that a reader sees the one before or this one. Raises OSError."""
    unfinished = file.with_suffix(".new")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _read(file: Path) -> Iterator[Figure]:
    try:
        yield from msgspec.json.decode(file.read_bytes(), type=list[Figure])
    except FileNotFoundError:
        return
    except (OSError, msgspec.DecodeError) as problem:
        log.warning("counting begins anew: %s cannot be read: %s", file, problem)
