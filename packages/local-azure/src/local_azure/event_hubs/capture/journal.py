"""The progress of each partition's Capture, in the same database as its events."""

import asyncio
from typing import Any

from local_azure.core.group_commit import GroupCommit
from local_azure.event_hubs.capture.windows import Progress, Window

SCHEMA = """
CREATE TABLE IF NOT EXISTS capture(
    partition INTEGER PRIMARY KEY, next_sequence INTEGER NOT NULL, window_end_ms INTEGER NOT NULL,
    named_second INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS capture_plan(
    partition INTEGER PRIMARY KEY, start INTEGER NOT NULL, "end" INTEGER NOT NULL, second INTEGER NOT NULL,
    blob TEXT NOT NULL, next_sequence INTEGER NOT NULL, window_end_ms INTEGER NOT NULL, named_second INTEGER NOT NULL);
"""
Plan = tuple[Window, str]
"""A window and the name of its blob."""


class Journal:
    """Reads and writes progress; what is written is stored when the awaited call returns."""

    def __init__(self, commits: GroupCommit) -> None:
        self._commits = commits
        commits.database.executescript(SCHEMA)

    def progress(self, partition: int) -> Progress | None:
        """The progress of a partition, None if Capture has never run."""
        row = self._commits.database.execute(
            "SELECT next_sequence, window_end_ms, named_second FROM capture WHERE partition = ?", (partition,)
        ).fetchone()
        return Progress(*row) if row else None

    def plan(self, partition: int) -> Plan | None:
        """The window that was being written when the process died."""
        row = self._commits.database.execute(
            'SELECT start, "end", second, next_sequence, window_end_ms, named_second, blob FROM capture_plan'
            " WHERE partition = ?",
            (partition,),
        ).fetchone()
        return _plan(*row) if row else None

    async def begin(self, partition: int, plan: Plan) -> None:
        """Keep a plan before its blob is written."""
        window, blob = plan
        self._commits.execute(
            "INSERT OR REPLACE INTO capture_plan VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            (partition, *window[:3], blob, *window.after),
        )
        await self._stored()

    async def finish(self, partition: int, after: Progress) -> None:
        """Keep the progress once the blob is there."""
        self._commits.execute("INSERT OR REPLACE INTO capture VALUES(?, ?, ?, ?)", (partition, *after))
        self._commits.execute("DELETE FROM capture_plan WHERE partition = ?", (partition,))
        await self._stored()

    async def _stored(self) -> None:
        done = asyncio.get_running_loop().create_future()
        self._commits.after_commit(lambda: None if done.cancelled() else done.set_result(None))
        await done


def _plan(*row: Any) -> Plan:
    start, end, second, next_sequence, window_end_ms, named_second, blob = row
    return Window(start, end, second, Progress(next_sequence, window_end_ms, named_second)), blob
