"""The operations that clients ask of a part, each noted once: a run shows which rights an app needs.

Set `LOCAL_AZURE_OPERATIONS` to a folder, and each part that is started with it adds a line to a file of its own there
for every operation that it has not noted before. Nothing is noted without it.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

SETTING = "LOCAL_AZURE_OPERATIONS"

log = logging.getLogger(__name__)


class Operation(msgspec.Struct, frozen=True, order=True):
    """A client by its user agent, what it used (a hub, a queue, a container), and what it did there."""

    client: str
    resource: str
    name: str


class Operations:
    """The notes of one part."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._noted: set[tuple[str, str, str]] = set()

    @classmethod
    def from_environment(cls, part: str) -> "Operations":
        """Notes in the folder that the environment names; nowhere if it names none."""
        folder = os.environ.get(SETTING)
        return cls(Path(folder) / f"{part}.ndjson" if folder else None)

    def note(self, client: str, resource: str, name: str) -> None:
        """Note an operation, if it is new and notes are kept at all. A file that cannot be written is logged once."""
        if self._file is None or (client, resource, name) in self._noted:
            return
        self._noted.add((client, resource, name))
        try:
            with self._file.open("ab") as notes:
                notes.write(msgspec.json.encode(Operation(client, resource, name)) + b"\n")
        except OSError as problem:
            log.warning("operations are not noted any more: %s", problem)
            self._file = None


def read_operations(folder: Path) -> Iterator[Operation]:
    """The operations that the parts have noted in a folder; one that was started twice may have noted one twice."""
    for file in sorted(folder.glob("*.ndjson")):
        yield from msgspec.json.Decoder(Operation).decode_lines(file.read_bytes())
