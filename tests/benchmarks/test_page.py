"""docs/performance.md shows what docs/bench.json holds, and hides no row in which a peer is ahead."""

from datetime import UTC, datetime
from pathlib import Path

from benchmarks.page import BEGIN, END, KEPT, PAGE, tables
from benchmarks.results import Measured, read
from benchmarks.rows import against, alone


def test_the_page_shows_what_was_kept():
    written = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]

    assert written == tables(read(KEPT))
    assert "\n### stream\n" in written


def test_a_row_behind_its_peer_stays_and_is_marked():
    rows = [
        against("scan", "events/s", 150, 100, "a peer"),
        against("scan", "events/s", 50, 100, "a better peer"),
        against("memory, less is better", "MB", 50, 100, "a peer"),
        against("memory, less is better", "MB", 150, 100, "a better peer"),
        alone("latency", "s", 3, "at most 2 s"),
    ]
    measured = Measured(datetime(2026, 11, 27, 16, tzinfo=UTC), "2 cores", "3.11.7", 0.1, rows)

    lines = tables({"name": measured}).splitlines()

    assert "2026-11-27 16:00Z, 2 cores, Python 3.11.7, load before it 0.1." in lines
    assert lines[-5:] == [
        "| scan | 150 events/s | 100  a peer | x1.50 |",
        "| scan | 50.00 events/s | 100  a better peer | **x0.50, behind** |",
        "| memory, less is better | 50.00 MB | 100  a peer | x0.50 |",
        "| memory, less is better | 150 MB | 100  a better peer | **x1.50, behind** |",
        "| latency | 3.00 s | at most 2 s |  |",
    ]


def test_a_file_of_an_older_version_holds_nothing(tmp_path: Path):
    (file := tmp_path / "bench.json").write_text("[]")

    assert read(file) == {}
