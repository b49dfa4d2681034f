"""Counts of operations: nothing of them is lost over a restart, and nothing is counted unasked."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from local_azure.core import figures
from local_azure.core.figures import SETTING, Figure, Figures


def kept(folder: Path) -> list[Figure]:
    return msgspec.json.decode((folder / "x.json").read_bytes(), type=list[Figure])


async def test_counts_and_units_add_up_over_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(SETTING, str(tmp_path))
    first = Figures.from_environment("x")
    first.count("events", "create", 6.5)
    first.count("events", "create", 1.25)
    first.keep()

    second = Figures.from_environment("x")
    second.count("events", "create", 1.0)
    second.count("cases", "read")
    second.keep()

    assert kept(tmp_path) == [Figure("events", "create", 3, 8.75), Figure("cases", "read", 1, 0.0)]


async def test_counts_are_written_soon_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "_KEPT_AFTER_SECONDS", 0.0)
    counting = Figures(tmp_path / "x.json")
    counting.count("events", "create")
    await asyncio.sleep(0.01)

    assert kept(tmp_path) == [Figure("events", "create", 1, 0.0)]


async def test_nothing_is_counted_without_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(SETTING, raising=False)
    counting = Figures.from_environment("x")
    counting.count("events", "create")
    counting.keep()

    assert list(tmp_path.iterdir()) == []


def test_counts_that_cannot_be_read_begin_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "x.json").write_text("{")
    Figures(tmp_path / "x.json")

    assert "counting begins anew" in caplog.text
