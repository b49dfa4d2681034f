"""The growth of containers by the writes of a turn, written once for each container before the turn's commit.

By itself each of a hundred creations of a batch would write the same row of figures.
"""

import sqlite3

_ADD = "UPDATE usage SET documents = documents + ?, bytes = bytes + ? WHERE container = ?"


class Sums:
    """The documents and bytes that are not in the file yet, by the number of their container."""

    def __init__(self) -> None:
        self._by_container: dict[int, tuple[int, int]] = {}

    def add(self, container: int, documents: int, size: int) -> None:
        """Count documents, and the bytes of JSON by which all of them have grown."""
        counted, bytes_counted = self._by_container.get(container, (0, 0))
        self._by_container[container] = (counted + documents, bytes_counted + size)

    def of(self, container: int) -> tuple[int, int]:
        """The documents and bytes of a container that are not in the file yet."""
        return self._by_container.get(container, (0, 0))

    def copy(self) -> dict[int, tuple[int, int]]:
        """All of them, to go back to with `restore` if a batch is undone."""
        return self._by_container.copy()

    def restore(self, before: dict[int, tuple[int, int]]) -> None:
        """Be as before a batch, or as before a turn with nothing."""
        self._by_container = before

    def write(self, database: sqlite3.Connection) -> None:
        """Write them within the transaction. Raises sqlite3.Error, and keeps them then."""
        for container, (documents, size) in self._by_container.items():
            database.execute(_ADD, (documents, size, container))
        self._by_container = {}
