"""A flagged window's end counts as judged from its first verdicts on, and is not asked for again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services import watching
from services.watching import JudgedEnds
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

END = datetime(2026, 1, 2, 23, 55, tzinfo=UTC)
WINDOW = timedelta(minutes=5)


class Verdicts(MemoryContainer):
    """The container `fraud-events`, in memory: it keeps what was listed."""

    def __init__(self) -> None:
        super().__init__(MemoryAccount(seed=1), "https://memory.invalid/fraud-events")
        self.walked: list[str] = []

    async def judge(self, end: datetime) -> None:
        await self.upload_blob(f"{end:%Y/%m/%d/%H%M}/window-1.json", b"{}")

    async def walk_blobs(self, *, name_starts_with: str = "", delimiter: str = "/") -> AsyncIterator[Any]:
        self.walked.append(name_starts_with)
        async for item in super().walk_blobs(name_starts_with=name_starts_with, delimiter=delimiter):
            yield item


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> Verdicts:
    verdicts = Verdicts()

    async def warehouse(_: str) -> Verdicts:
        return verdicts

    monkeypatch.setattr(watching, "warehouse", warehouse)
    return verdicts


async def test_the_judged_of_some_ends_are_told_whichever_day_they_are_of(verdicts: Verdicts):
    old, next_day = END - timedelta(days=9), END + WINDOW
    for end in (old, next_day, END - WINDOW):
        await verdicts.judge(end)

    assert await JudgedEnds().among([old, END, next_day]) == {old, next_day}


async def test_nothing_is_listed_while_no_end_waits(verdicts: Verdicts):
    judged = JudgedEnds()
    assert await judged.among([]) == frozenset()
    await verdicts.judge(END)
    assert await judged.among([END]) == {END}
    assert await judged.among([END]) == {END}

    assert verdicts.walked == ["2026/01/02/"]


async def test_an_end_is_asked_for_until_it_is_judged(verdicts: Verdicts):
    judged = JudgedEnds()
    assert await judged.among([END, END + WINDOW]) == frozenset()
    await verdicts.judge(END)

    assert await judged.among([END, END + WINDOW]) == {END}


async def test_a_folder_whose_time_no_clock_has_hides_no_judged_end(verdicts: Verdicts):
    await verdicts.judge(END)
    for clock in ("9999", "2460", "\u0661\u0662\u0663\u0664"):
        await verdicts.upload_blob(f"2026/01/02/{clock}/window-1.json", b"{}")

    assert await JudgedEnds().among([END, END - WINDOW]) == {END}
