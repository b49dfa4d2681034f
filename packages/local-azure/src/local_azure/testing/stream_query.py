"""The query of a Stream Analytics project over a few events, without a broker and in no time.

from local_azure.testing import Arrival, StreamQuery

QUERY = StreamQuery(Path("stream_analytics/asaproj.json"))
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)

def test_large_orders_are_reported():
    rows = QUERY.run([Arrival(NOON, b'{"id": 1, "total": 5000}')]).rows_of("large-orders")
    assert [row["id"] for row in rows] == [1]

def test_the_golden_tests_pass(tmp_path):
    assert QUERY.failed_golden_tests(Path("stream_analytics/test/testConfig.json"), tmp_path, of=4) == []
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from local_azure.stream_analytics.engine.decoding import Decoder
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.serialization import row_to_json
from local_azure.stream_analytics.engine.times import ticks_of
from local_azure.stream_analytics.job.golden import run_tests
from local_azure.stream_analytics.job.project import load_project
from local_azure.stream_analytics.language.units import TICKS_PER_DAY

_LONG_AFTER = 30 * TICKS_PER_DAY


class Arrival(msgspec.Struct, frozen=True):
    """An event: the time at which the hub takes it, its body, and its partition."""

    time: datetime
    body: bytes
    partition: int = 0


class QueryRow(msgspec.Struct, frozen=True):
    """A row for an output: as the query's values, and as the job serializes it."""

    output: str
    row: dict[str, Any]
    json: bytes


class QueryResult(msgspec.Struct, frozen=True):
    """Every row of a run, and the numbers of bodies and of rows that it left out."""

    rows: tuple[QueryRow, ...]
    input_errors: int
    conversion_errors: int

    def rows_of(self, output: str) -> list[dict[str, Any]]:
        """The rows for one output."""
        return [row.row for row in self.rows if row.output == output]


class StreamQuery:
    """The query of the project in the file `asaproj.json`. Raises ProjectError or QueryError if it cannot run."""

    def __init__(self, project: Path) -> None:
        self._project = load_project(project)
        self.name = self._project.name

    def run(self, arrivals: Iterable[Arrival], input_name: str | None = None, partitions: int = 1) -> QueryResult:
        """Read the events, each partition by time of arrival, and close every window.

        `input_name` is the input that they arrive at, None for the project's first; it has at least so many partitions.
        """
        source = input_name or self._project.inputs[0].name
        query = RunningQuery(self._project.query, self._project.policy)
        by_partition: dict[int, list[Arrival]] = {partition: [] for partition in range(partitions)}
        for arrival in arrivals:
            by_partition.setdefault(arrival.partition, []).append(arrival)
        end = 0
        for partition, events in sorted(by_partition.items()):
            events.sort(key=lambda event: event.time)
            times = [ticks_of(event.time) for event in events]
            query.add_partition(source, partition)
            query.feed(source, partition, [event.body for event in events], times)
            end = max([end, *times])
        for partition in by_partition:
            query.caught_up(source, partition, end + _LONG_AFTER)
        rows = tuple(QueryRow(row.output, row.row, row_to_json(row.row)) for row in query.take_rows())
        return QueryResult(rows, query.counts.input_errors, query.counts.conversion_errors)

    def failed_golden_tests(self, config: Path, results: Path, of: int) -> list[str]:
        """Run the golden tests of a `testConfig.json`; the names of those that fail. `results` takes the details.

        Raises AssertionError if the file does not have so many tests.
        """
        summary = run_tests(self._project, config, results)
        if summary.total != of:
            raise AssertionError(f"{config} has {summary.total} tests, not {of}")
        return [result.name for result in summary.results if result.status]


def read_bodies(bodies: Sequence[bytes], columns: Collection[str]) -> list[tuple[Any, ...]]:
    """The events in the bodies as the job reads them: the values of these top-level columns, in sorted order."""
    decoder = Decoder(columns)
    names = [decoder.read(name).removeprefix("row.") for name in sorted(columns)]
    return [tuple(getattr(row, name) for name in names) for row in decoder.decode(bodies, [0] * len(bodies)).rows]
