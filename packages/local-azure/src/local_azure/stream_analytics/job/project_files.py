"""The files of a Stream Analytics project, as Microsoft's tools for VS Code and their command line write them.

Field names are theirs. What the tools write beside these fields, such as credentials and samples, is not needed here.
"""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

LateSeconds = Annotated[int, msgspec.Meta(ge=-1, le=1_814_399)]
"""-1 waits without end; at most 20 days 23:59:59 (`eventsLateArrivalMaxDelayInSeconds` of the job's REST API)."""
OutOfOrderSeconds = Annotated[int, msgspec.Meta(ge=0)]

FileKind = TypeVar("FileKind", bound=msgspec.Struct)


class ProjectError(Exception):
    """A file of the project is missing, is not JSON, or asks for something unsupported; the message names it."""


class Configuration(msgspec.Struct, frozen=True, rename="camel"):
    """An entry of `asaproj.json`: a file, relative to it, and what it is, such as Input or JobConfig."""

    file_path: str
    sub_type: str


class ProjectFile(msgspec.Struct, frozen=True, rename="camel"):
    """`asaproj.json`."""

    name: str
    start_file: str
    configurations: list[Configuration]


class JobConfigFile(msgspec.Struct, frozen=True, rename="pascal"):
    """`JobConfig.json`. Delays are in seconds; -1 waits for late events without end."""

    output_error_policy: Literal["Stop", "Drop"] = "Stop"
    events_late_arrival_max_delay_in_seconds: LateSeconds = 5
    events_out_of_order_max_delay_in_seconds: OutOfOrderSeconds = 0
    events_out_of_order_policy: Literal["Adjust", "Drop"] = "Adjust"
    compatibility_level: Literal["1.2"] = "1.2"


class Serialization(msgspec.Struct, frozen=True, rename="pascal"):
    """The format of rows: JSON, and for blobs one row per line (an array can end without its closing bracket)."""

    type: Literal["Json"]
    encoding: Literal["UTF8"] | None = None
    format: Literal["LineSeparated"] | None = None


class EventHubProperties(msgspec.Struct, frozen=True, rename="pascal"):
    """The hub that an input reads."""

    event_hub_name: str
    consumer_group_name: str | None = None


class InputFile(msgspec.Struct, frozen=True, rename="pascal"):
    """A file of `Inputs/` whose kind is Input."""

    name: str
    type: Literal["Data Stream"]
    data_source_type: Literal["Event Hub"]
    event_hub_properties: EventHubProperties
    serialization: Serialization
    compression_type: Literal["None", "GZip"] | None = None


class QueueOutputProperties(msgspec.Struct, frozen=True, rename="pascal"):
    """The queue of an output, and the columns that become properties of the message instead of its body."""

    queue_name: str
    property_columns: list[str] | None = None
    system_property_columns: dict[str, str] | None = None


class BlobProperties(msgspec.Struct, frozen=True, rename="pascal"):
    """The container of an output, and the path within it; formats are .NET's."""

    container: str
    path_pattern: str | None = None
    date_format: str | None = None
    time_format: str | None = None


class OutputFile(msgspec.Struct, frozen=True):
    """A file of `Outputs/`."""

    name: str = msgspec.field(name="Name")
    data_source_type: Literal["Service Bus Queue", "Blob Storage"] = msgspec.field(name="DataSourceType")
    serialization: Serialization = msgspec.field(name="Serialization")
    queue: QueueOutputProperties | None = msgspec.field(name="ServiceBusQueueProperties", default=None)
    blob: BlobProperties | None = msgspec.field(name="BlobStorageProperties", default=None)


def read_file(path: Path, kind: type[FileKind]) -> FileKind:
    """A file of the project. Raises ProjectError that names the file and the field that does not fit."""
    try:
        return msgspec.json.decode(read_text(path), type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProjectError(f"{path}: {error}") from error


def read_text(path: Path) -> str:
    """The text of a file. Raises ProjectError that names it."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise ProjectError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error


def local_path(folder: Path, written: str) -> Path:
    """A path as a file of the project writes it; the tools on Windows write backslashes."""
    return folder / written.replace("\\", "/")
