"""Operations are noted once each, where the environment says, and read back from all parts together."""

import logging
from pathlib import Path

import pytest

from local_azure.core.operations import SETTING, Operation, Operations, read_operations


def test_an_operation_is_noted_once(tmp_path: Path):
    notes = Operations(tmp_path / "cosmos.ndjson")
    for name in ("items/read", "items/create", "items/read"):
        notes.note("sdk/1", "fraud/events", name)

    assert (tmp_path / "cosmos.ndjson").read_bytes().count(b"\n") == 2
    assert set(read_operations(tmp_path)) == {
        Operation("sdk/1", "fraud/events", "items/read"),
        Operation("sdk/1", "fraud/events", "items/create"),
    }


def test_nothing_is_noted_without_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.chdir(tmp_path)
    Operations.from_environment("cosmos").note("sdk/1", "fraud/events", "items/read")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_said_and_ends_the_notes(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    notes = Operations(tmp_path / "gone" / "cosmos.ndjson")
    with caplog.at_level(logging.WARNING):
        notes.note("sdk/1", "fraud/events", "items/read")
        notes.note("sdk/1", "fraud/events", "items/create")

    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["operations are not noted any more"]
