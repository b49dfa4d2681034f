"""The rows of a view: every folder of an archive that holds some is read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from questions.archives import Fetch
from questions.asking import ask
from questions.bounds import Bounds
from tests.reconciliation.capture_writer import avro, record

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


@pytest.mark.parametrize("exact", [True, False])
def test_no_event_is_missing_whatever_its_producer_wrote_and_whoever_wrote_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exact: bool
):
    bodies = [
        b'{"id": "a", "discount": 90}',
        b'{"id": "b\\ud800", "\\udc00": 90}',
        b'{"id": "c", "x": [NaN, 1e400, -Infinity]}',
        b'{"id": "d\\u0000", "x": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"id": {"e": []}, "x": ' + b"9" * 4_000 + b"}",
        b"\xff\x00",
    ]
    moment = int(datetime(2026, 1, 2, 11, 30, tzinfo=UTC).timestamp() * 1_000)
    written = avro(record(number, moment, body, exact=exact) for number, body in enumerate(bodies))
    blob, folders = "ns/hub/0/2026/01/02/11/31/00.avro", iter(["ns/", "ns/hub/", "ns/hub/0/"])

    def walk(*_: object, **__: object) -> Iterator[Any]:
        return iter([SimpleNamespace(name=next(folders))])

    def blobs(*_: object) -> Iterator[tuple[str, bytes]]:
        return iter([(blob, written)])

    monkeypatch.setattr(Container, "walk_blobs", walk, raising=False)
    monkeypatch.setattr(Fetch, "_blobs", blobs)
    fetch = Fetch({"Warehouse": "UseDevelopmentStorage=true"}, tmp_path, Bounds(), NOW)

    answer = ask("SELECT sequence_number, event_id, enqueued FROM events ORDER BY 1", fetch.view, Bounds())

    ids = ["a", "b\\ud800", "c", "d\0", '{"e":[]}', None]
    assert [row[:2] for row in answer.rows] == [*enumerate(ids)]
    assert {row[2] for row in answer.rows} == {datetime(2026, 1, 2, 11, 30)}  # noqa: DTZ001 - DuckDB's have no zone


def test_of_the_first_day_only_what_lies_in_the_span_is_there(tmp_path: Path):
    assert [row["event_id"] for row in rows("verdicts", tmp_path)] == ["d", "a", "p1-900/2"]
