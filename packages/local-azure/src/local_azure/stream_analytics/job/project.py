"""A Stream Analytics project, ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local_azure.stream_analytics.engine.clockwork import TimePolicy
from local_azure.stream_analytics.job.project_files import (
    InputFile,
    JobConfigFile,
    OutputFile,
    ProjectError,
    ProjectFile,
    local_path,
    read_file,
    read_text,
)
from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.tree import Query
from local_azure.stream_analytics.language.units import TICKS_PER_SECOND

SYSTEM_PROPERTIES = frozenset(
    {"MessageId", "ContentType", "Label", "PartitionKey", "ReplyTo", "SessionId", "CorrelationId", "To"}
)
"""System properties of a Service Bus message that a column can fill here."""


@dataclass(frozen=True)
class HubInput:
    """An input that reads an event hub."""

    name: str
    hub: str
    consumer_group: str
    is_compressed: bool = False
    """With gzip, each event by itself."""


@dataclass(frozen=True)
class QueueOutput:
    """An output that sends a message per row to a queue."""

    name: str
    queue: str
    property_columns: tuple[str, ...]
    system_property_columns: Mapping[str, str]


@dataclass(frozen=True)
class BlobOutput:
    """An output that writes rows, one per line, to blobs under `path_pattern`."""

    name: str
    container: str
    path_pattern: str
    date_format: str
    time_format: str


ProjectOutput = QueueOutput | BlobOutput


@dataclass(frozen=True)
class Project:
    """A project whose query is checked against its inputs and outputs."""

    name: str
    query_file: Path
    query: Query
    policy: TimePolicy
    error_policy: Literal["Stop", "Drop"]
    inputs: tuple[HubInput, ...]
    outputs: tuple[ProjectOutput, ...]

    @property
    def fingerprint(self) -> str:
        """Differs if the query or its time policy means something else, so that state of another is not mistaken."""
        return f"{self.query!r} {self.policy!r}"


def load_project(file: Path) -> Project:
    """Read `asaproj.json` and all files that it names. Raises ProjectError, or QueryError for the query."""
    listed = read_file(file, ProjectFile)

    def files(kind: str) -> list[Path]:
        return [local_path(file.parent, entry.file_path) for entry in listed.configurations if entry.sub_type == kind]

    inputs = tuple(_input(read_file(path, InputFile)) for path in files("Input"))
    outputs = tuple(_output(path) for path in files("Output"))
    configs = [read_file(path, JobConfigFile) for path in files("JobConfig")]
    config = configs[0] if configs else JobConfigFile()
    query_file = local_path(file.parent, listed.start_file)
    query = check(parse(read_text(query_file)), [each.name for each in inputs], [each.name for each in outputs])
    return Project(listed.name, query_file, query, _policy(config), config.output_error_policy, inputs, outputs)


def _input(document: InputFile) -> HubInput:
    hub = document.event_hub_properties
    group = hub.consumer_group_name or "$Default"
    return HubInput(document.name, hub.event_hub_name, group, document.compression_type == "GZip")


def _output(path: Path) -> ProjectOutput:
    document = read_file(path, OutputFile)
    if document.data_source_type == "Service Bus Queue" and document.queue is not None:
        columns = document.queue.system_property_columns or {}
        for name in columns.keys() - SYSTEM_PROPERTIES:
            raise ProjectError(f"{path}: the system property {name} is not supported")
        properties = tuple(document.queue.property_columns or ())
        return QueueOutput(document.name, document.queue.queue_name, properties, columns)
    if document.data_source_type == "Blob Storage" and document.blob is not None:
        blob = document.blob
        formats = blob.date_format or "yyyy/MM/dd", blob.time_format or "HH"
        return BlobOutput(document.name, blob.container, blob.path_pattern or "", *formats)
    raise ProjectError(f"{path}: the properties of its {document.data_source_type} are missing")


def _policy(config: JobConfigFile) -> TimePolicy:
    late = config.events_late_arrival_max_delay_in_seconds
    return TimePolicy(
        late=None if late < 0 else late * TICKS_PER_SECOND,
        out_of_order=config.events_out_of_order_max_delay_in_seconds * TICKS_PER_SECOND,
        drop=config.events_out_of_order_policy == "Drop",
    )
