"""The rows of a view: every folder of an archive that holds some is read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from questions.archives import Fetch
from questions.bounds import Bounds

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
BLOBS = {
    "2026/01/02/1010/window-3-20260102T101000Z-00.ndjson": {"event_id": "a"},
    "quarantine/2026/01/02/1010/quarantine-p1-20260102T101000Z-0.ndjson": {"event_id": "p1-900/2"},
    "shadow/2026/01/02/1010/window-3-20260102T101000Z-00.ndjson": {"event_id": "b"},
    "2026/01/01/1155/window-3-20260101T115500Z-00.ndjson": {"event_id": "c", "window_end": "2026-01-01T11:55:00Z"},
    "2026/01/01/1200/window-3-20260101T120000Z-00.ndjson": {"event_id": "d", "window_end": "2026-01-01T12:00:00Z"},
    "quarantine/2025/12/02/1010/quarantine-p1-20251202T101000Z-0.ndjson": {"event_id": "p1-1"},
}


class Container:
    """A container with `BLOBS`."""

    container_name = "fraud-events"

    def list_blobs(self, name_starts_with: str) -> Iterator[Any]:
        return (SimpleNamespace(name=name, size=1) for name in BLOBS if name.startswith(name_starts_with))

    def download_blob(self, name: str) -> Any:
        return SimpleNamespace(readall=lambda: json.dumps(BLOBS[name]).encode())

    def close(self) -> None:
        pass


def rows(view: str, folder: Path) -> list[dict[str, Any]]:
    path = Fetch({"Warehouse": "UseDevelopmentStorage=true"}, folder, Bounds(), NOW).view(view)
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(autouse=True)
def _archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def container(_: str) -> Container:
        return Container()

    def service(*_: object, **__: object) -> Any:
        return SimpleNamespace(get_container_client=container)

    monkeypatch.setattr("questions.archives.BlobServiceClient", SimpleNamespace(from_connection_string=service))


def test_verdicts_by_place_are_among_the_verdicts(tmp_path: Path):
    verdicts = [row for row in rows("verdicts", tmp_path) if "window_end" not in row]

    assert verdicts == [
        {"event_id": "a", "case_id": "window-3-20260102T101000Z-00"},
        {"event_id": "p1-900/2", "case_id": "quarantine-p1-20260102T101000Z-0"},
    ]


def test_those_in_shadow_are_not(tmp_path: Path):
    assert [row["event_id"] for row in rows("shadow_verdicts", tmp_path)] == ["b"]


def test_of_the_first_day_only_what_lies_in_the_span_is_there(tmp_path: Path):
    assert [row["event_id"] for row in rows("verdicts", tmp_path)] == ["d", "a", "p1-900/2"]
