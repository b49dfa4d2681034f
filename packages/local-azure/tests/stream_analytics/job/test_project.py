"""A project: what is read from its files, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from local_azure.stream_analytics.job.project import BlobOutput, HubInput, QueueOutput, load_project
from local_azure.stream_analytics.job.project_files import ProjectError
from local_azure.stream_analytics.language.units import TICKS_PER_SECOND
from tests.data import STREAM_PROJECT as PROJECT


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT.parent, tmp_path / "project"))


def change(file: Path, **fields: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_the_project_s_inputs_and_outputs():
    project = load_project(PROJECT)
    assert project.inputs == (HubInput("events", "store-events", "stream-analytics"),)
    queue = QueueOutput("suspicious-windows", "suspicious-windows", (), {"MessageId": "message_id"})
    blob = BlobOutput("suspicious-events", "suspicious-events", "{date}/{time}", "yyyy/MM/dd", "HH")
    assert project.outputs == (queue, blob)
    assert project.error_policy == "Stop"


def test_tolerances_are_those_of_the_job_s_configuration(copied: Path):
    delays = {"EventsLateArrivalMaxDelayInSeconds": -1, "EventsOutOfOrderMaxDelayInSeconds": 240}
    change(copied / "JobConfig.json", **delays, EventsOutOfOrderPolicy="Drop")
    policy = load_project(copied / "asaproj.json").policy
    assert (policy.late, policy.out_of_order, policy.drop) == (None, 240 * TICKS_PER_SECOND, True)


def test_backslashes_and_byte_order_marks_of_windows_are_read(copied: Path):
    file = copied / "asaproj.json"
    file.write_text("\ufeff" + file.read_text().replace("Inputs/", "Inputs\\\\").replace("Outputs/", "Outputs\\\\"))
    assert len(load_project(file).outputs) == 2


def test_a_comment_or_a_blank_in_the_query_does_not_make_it_another(copied: Path):
    query = copied / "suspicious-windows.asaql"
    query.write_text("-- new\n" + query.read_text().replace(" > 50", "   > 50"))
    changed = load_project(copied / "asaproj.json")
    assert changed.fingerprint == load_project(PROJECT).fingerprint
    query.write_text(query.read_text().replace("> 50", "> 51"))
    assert load_project(copied / "asaproj.json").fingerprint != changed.fingerprint


@pytest.mark.parametrize(
    ("file", "fields", "message"),
    [
        ("JobConfig.json", {"CompatibilityLevel": "1.1"}, "CompatibilityLevel"),
        ("JobConfig.json", {"EventsOutOfOrderPolicy": "Guess"}, "EventsOutOfOrderPolicy"),
        ("JobConfig.json", {"EventsLateArrivalMaxDelayInSeconds": 1_814_401}, "<= 1814399"),
        ("JobConfig.json", {"EventsLateArrivalMaxDelayInSeconds": -2}, ">= -1"),
        ("JobConfig.json", {"EventsOutOfOrderMaxDelayInSeconds": -5}, ">= 0"),
        ("Inputs/events.json", {"CompressionType": "Deflate"}, "CompressionType"),
        ("Inputs/events.json", {"DataSourceType": "IoT Hub"}, "DataSourceType"),
        ("Inputs/events.json", {"Serialization": {"Type": "Avro"}}, "Serialization"),
        ("Outputs/suspicious-events.json", {"DataSourceType": "SQL Database"}, "DataSourceType"),
        (
            "Outputs/suspicious-events.json",
            {"BlobStorageProperties": None},
            "properties of its Blob Storage are missing",
        ),
        ("Outputs/suspicious-events.json", {"Serialization": {"Type": "Json", "Format": "Array"}}, "Format"),
        (
            "Outputs/suspicious-windows.json",
            {"ServiceBusQueueProperties": {"QueueName": "q", "SystemPropertyColumns": {"TimeToLive": "t"}}},
            "system property TimeToLive is not supported",
        ),
    ],
)
def test_what_is_not_supported_is_refused_with_its_file(copied: Path, file: str, fields: dict[str, Any], message: str):
    change(copied / file, **fields)
    with pytest.raises(ProjectError, match=message) as refusal:
        load_project(copied / "asaproj.json")
    assert file in str(refusal.value)


def test_a_file_that_is_missing_or_no_json_is_named(copied: Path):
    (copied / "JobConfig.json").write_text("{")
    with pytest.raises(ProjectError, match=r"JobConfig\.json"):
        load_project(copied / "asaproj.json")
    (copied / "JobConfig.json").unlink()
    with pytest.raises(ProjectError, match="does not exist"):
        load_project(copied / "asaproj.json")
