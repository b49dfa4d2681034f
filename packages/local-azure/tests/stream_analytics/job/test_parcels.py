"""Parcels: what becomes a message and what becomes a blob, and how blobs are named."""

import pytest

from local_azure.stream_analytics.engine.query import OutputRow
from local_azure.stream_analytics.engine.serialization import unpack
from local_azure.stream_analytics.engine.times import datetime_of
from local_azure.stream_analytics.job.blob_names import check_pattern, folder
from local_azure.stream_analytics.job.journal import Parcel
from local_azure.stream_analytics.job.parcels import parcels
from local_azure.stream_analytics.job.project import BlobOutput, load_project
from local_azure.stream_analytics.job.project_files import ProjectError
from tests.data import STREAM_PROJECT as PROJECT
from tests.stream_analytics.running import at

PROJECT_HERE = load_project(PROJECT)
QUEUE, BLOB = "suspicious-windows", "suspicious-events"


def made(*rows: OutputRow, position: int = 5) -> list[Parcel]:
    return parcels(PROJECT_HERE, rows, {("events", 0): position})


def row(output: str, time: str, number: int, *, of_window: bool = True) -> OutputRow:
    return OutputRow(output, at(time), {"n": number}, of_window)


def test_each_row_is_a_message_of_its_own():
    assert [unpack(each.rows) for each in made(row(QUEUE, "10:05", 1), row(QUEUE, "10:05", 2))] == [
        [{"n": 1}],
        [{"n": 2}],
    ]


def test_the_rows_of_a_window_end_are_one_blob_in_the_folder_of_their_hour():
    first, second = made(row(BLOB, "10:55", 1), row(BLOB, "10:55", 2), row(BLOB, "11:00", 3))
    assert unpack(first.rows) == [{"n": 1}, {"n": 2}]
    assert first.name.startswith("2026/03/05/10/")
    assert second.name.startswith("2026/03/05/11/")


def test_the_name_of_a_window_s_blob_does_not_depend_on_when_it_is_written():
    assert made(row(BLOB, "10:05", 1))[0].name == made(row(BLOB, "10:05", 1), position=99)[0].name


def test_rows_without_a_window_never_share_a_name_with_those_of_another_commit():
    parcels = made(row(BLOB, "10:05", 1, of_window=False), row(BLOB, "10:06", 2, of_window=False))
    assert len(parcels) == 1
    assert parcels[0].name == made(row(BLOB, "10:05", 1, of_window=False))[0].name
    assert parcels[0].name != made(row(BLOB, "10:05", 1, of_window=False), position=6)[0].name


def output(pattern: str, date: str = "yyyy-MM-dd", time: str = "HH-mm") -> BlobOutput:
    return BlobOutput("o", "c", pattern, date, time)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("", ""), ("a/{date}/{time}/", "a/2026-03-05/10-05"), ("{time}", "10-05"), ("plain", "plain")],
)
def test_tokens_of_a_path_pattern(pattern: str, expected: str):
    assert folder(output(pattern), datetime_of(at("10:05"))) == expected


@pytest.mark.parametrize(
    "wrong", [output("{store_id}"), output("{date}", date="yyyy/MMM/dd"), output("{time}", time="hh")]
)
def test_other_tokens_and_formats_are_refused(wrong: BlobOutput):
    with pytest.raises(ProjectError, match="is not supported"):
        check_pattern(wrong)
