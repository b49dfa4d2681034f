"""Golden tests in the format of Microsoft's command line (`azure-streamanalytics-cicd test`).

`testConfig.json` names the input events and expected rows of each case, one JSON object per line or an array. Rows are
compared without their order. An event's arrival and partition are its fields EventEnqueuedUtcTime and PartitionId, as
in samples taken from a hub. `testResultSummary.json` says what matched, in the tool's own shape.
"""

import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.serialization import row_to_json
from local_azure.stream_analytics.engine.times import parse_instant
from local_azure.stream_analytics.job.project import Project
from local_azure.stream_analytics.job.project_files import ProjectError, local_path, read_file, read_text
from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME, PARTITION_ID
from local_azure.stream_analytics.language.units import TICKS_PER_DAY

SUMMARY = "testResultSummary.json"
END_OF_TEST = 8 * TICKS_PER_DAY
"""The time a case runs after its last event: longer than the longest window and the largest sensible tolerance."""


class CaseInput(msgspec.Struct, frozen=True, rename="pascal"):
    """Events of one input."""

    input_alias: str
    file_path: str


class ExpectedOutput(msgspec.Struct, frozen=True, rename="pascal"):
    """Rows that one output must give, but for the fields to ignore; not compared unless `required`."""

    output_alias: str
    file_path: str
    ignore_fields: list[str] = []
    required: bool = True


class GoldenCase(msgspec.Struct, frozen=True, rename="pascal"):
    """One test case."""

    name: str
    inputs: list[CaseInput]
    expected_outputs: list[ExpectedOutput]


class TestConfig(msgspec.Struct, frozen=True, rename="pascal"):
    """`testConfig.json`."""

    __test__ = False

    test_cases: list[GoldenCase]


class GoldenComparison(msgspec.Struct, frozen=True, rename="pascal"):
    """One output of one case: where the expected and where the actual rows lie."""

    output_alias: str
    expected_output: str
    output: str


class CaseResult(msgspec.Struct, rename="pascal"):
    """The result of a case; `status` 0 is passed, 1 failed."""

    name: str
    status: int = 0
    time: str = ""
    output_matched: list[GoldenComparison] = []
    output_not_equal: list[GoldenComparison] = []
    output_missing: list[GoldenComparison] = []
    output_unexpected: list[GoldenComparison] = []
    output_unrequired: list[GoldenComparison] = []


class Summary(msgspec.Struct, rename="pascal"):
    """`testResultSummary.json`."""

    total: int
    passed: int
    failed: int
    script: str
    results: list[CaseResult]
    time: str


def run_tests(project: Project, config_file: Path, results: Path) -> Summary:
    """Run all cases, write the actual rows and the summary under `results`, and give the summary.

    Raises ProjectError for a file that is missing or does not fit.
    """
    started = time.perf_counter()
    config = read_file(config_file, TestConfig)
    done = [_run_case(project, case, config_file.parent, results) for case in config.test_cases]
    failed = sum(result.status for result in done)
    script = str(project.query_file.resolve())
    summary = Summary(len(done), len(done) - failed, failed, script, done, _span(started))
    results.mkdir(parents=True, exist_ok=True)
    (results / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
    return summary


def _run_case(project: Project, case: GoldenCase, folder: Path, results: Path) -> CaseResult:
    started = time.perf_counter()
    rows = _rows(project, case, folder)
    result = CaseResult(case.name)
    written = results / re.sub(r"\W+", "-", case.name)
    for expected in case.expected_outputs:
        file = local_path(folder, expected.file_path)
        actual = rows.pop(expected.output_alias, [])
        where = _write(written / f"{expected.output_alias}.json", actual)
        comparison = GoldenComparison(expected.output_alias, str(file), where if actual else "")
        if not expected.required:
            result.output_unrequired.append(comparison)
        elif _comparable(actual, expected.ignore_fields) == _comparable(_objects(file), expected.ignore_fields):
            result.output_matched.append(comparison)
        elif actual:
            result.output_not_equal.append(comparison)
        else:
            result.output_missing.append(comparison)
    for alias, unexpected in rows.items():
        where = _write(written / f"{alias}.json", unexpected)
        result.output_unexpected.append(GoldenComparison(alias, "", where))
    result.status = int(bool(result.output_not_equal or result.output_missing or result.output_unexpected))
    result.time = _span(started)
    return result


def _rows(project: Project, case: GoldenCase, folder: Path) -> dict[str, list[Any]]:
    """The rows of each output, as JSON values."""
    query = RunningQuery(project.query, project.policy)
    last = 0
    for source in case.inputs:
        if source.input_alias not in query.inputs:
            raise ProjectError(f"case {case.name!r}: the query reads no input {source.input_alias!r}")
        file = local_path(folder, source.file_path)
        for place, event in enumerate(_objects(file), start=1):
            arrival = parse_instant(str(event.get(ENQUEUED_TIME)))
            if arrival is None:
                raise ProjectError(
                    f"{file}: event {place} needs an {ENQUEUED_TIME} such as 2026-01-02T10:00:00.0000000Z"
                )
            partition = int(event.get(PARTITION_ID, 0))
            query.add_partition(source.input_alias, partition)
            query.feed(source.input_alias, partition, [msgspec.json.encode(event)], [arrival])
            last = max(last, arrival)
    for name, source in query.inputs.items():
        for partition in source.watermarks:
            query.caught_up(name, partition, last + END_OF_TEST)
    rows: dict[str, list[Any]] = {}
    for row in query.take_rows():
        rows.setdefault(row.output, []).append(msgspec.json.decode(row_to_json(row.row)))
    return rows


def _objects(file: Path) -> list[dict[str, Any]]:
    text = read_text(file).strip()
    try:
        if text.startswith("["):
            return msgspec.json.decode(text, type=list[dict[str, Any]])
        return msgspec.json.Decoder(dict[str, Any]).decode_lines(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProjectError(f"{file}: {error}") from error


def _comparable(rows: list[dict[str, Any]], ignored: list[str]) -> Counter[bytes]:
    kept = ({name: value for name, value in row.items() if name not in ignored} for row in rows)
    return Counter(msgspec.json.encode(row, order="deterministic") for row in kept)


def _write(file: Path, rows: list[Any]) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return str(file)


def _span(started: float) -> str:
    seconds = time.perf_counter() - started
    return f"{int(seconds // 3600):02d}:{int(seconds // 60) % 60:02d}:{seconds % 60:010.7f}"
