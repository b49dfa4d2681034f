"""Fetch what lies in the archives of a span as files of JSON lines, one folder per view."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDKs and fastavro are untyped in part.

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastavro
from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient

from questions.bounds import ArchiveAwayError, Bounds, TooMuchError
from questions.messages import ConnectionSettings

# A question waits for what it imports: of these, most need neither.
if TYPE_CHECKING:
    from azure.cosmos import CosmosClient
    from azure.identity import DefaultAzureCredential

_MEGABYTE = 1024 * 1024
_HOUR = timedelta(hours=1)
_RETRIES: dict[str, Any] = {"retry_total": 3, "initial_backoff": 1, "increment_base": 2, "random_jitter_range": 1}
"""The SDK's own are so long that a person waits a minute and a half for a service that does not run."""


class Fetch:
    """The archives of a span, each fetched when a question names its view."""

    def __init__(self, settings: ConnectionSettings, folder: Path, bounds: Bounds, now: datetime) -> None:
        self._settings = settings
        self._folder = folder
        self._bounds = bounds
        self._now = now
        self._since = now - bounds.last

    def view(self, name: str) -> Path:
        """The file of a view. Raises TooMuchError, and ArchiveAwayError if a service refuses."""
        path = self._folder / f"{name}.ndjson"
        kept = 0
        try:
            with path.open("wb") as file:
                for line in _ROWS[name](self):
                    # What is packed in an archive is not packed here.
                    if (kept := kept + len(line)) > self._bounds.unpacked_megabytes * _MEGABYTE:
                        raise TooMuchError(f"{name}: more than {self._bounds.unpacked_megabytes} MB of rows")
                    file.write(line + b"\n")
        except (ServiceRequestError, ServiceResponseError) as error:
            raise ArchiveAwayError(f"{name}: the archive does not answer") from error
        except AzureError as error:
            raise ArchiveAwayError(
                f"{name}: {type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
            ) from error
        return path

    def events(self) -> Iterator[bytes]:
        """The events that Capture wrote, with their place in the hub; a body that is not JSON is text."""
        container = self._container("all-events")
        with closing(container):
            partitions = [
                partition.name
                for namespace in container.walk_blobs(delimiter="/")
                for hub in container.walk_blobs(namespace.name, delimiter="/")
                for partition in container.walk_blobs(hub.name, delimiter="/")
            ]
            prefixes = [f"{partition}{hour:%Y/%m/%d/%H}/" for partition in partitions for hour in self._hours()]
            for blob, content in self._blobs(container, prefixes):
                partition = blob.split("/")[2]
                for record in fastavro.reader(io.BytesIO(content)):
                    row = _captured(record, partition, blob)  # type: ignore[arg-type]
                    if self._is_in_span(row["enqueued"]):
                        yield _line(row)

    def suspicious(self) -> Iterator[bytes]:
        """The rows of the stream job, an id each."""
        with closing(self._container("suspicious-events")) as container:
            for _, content in self._blobs(container, [f"{hour:%Y/%m/%d/%H}/" for hour in self._hours()]):
                for row in _lines(content):
                    if not self._is_in_span(row.get("WindowEnd")):
                        continue
                    for event_id in row.get("ids") or []:
                        yield _line({"event_id": event_id, **{key: row.get(key) for key in _WINDOW}})

    def verdicts(self) -> Iterator[bytes]:
        """The verdicts of windows and those by place, with the name of their case."""
        return self._verdicts("", "quarantine/")

    def shadow_verdicts(self) -> Iterator[bytes]:
        """The verdicts of sets in shadow, with the name of the case that the active set's verdicts make."""
        return self._verdicts("shadow/")

    def _verdicts(self, *folders: str) -> Iterator[bytes]:
        with closing(self._container("fraud-events")) as container:
            prefixes = [f"{folder}{day:%Y/%m/%d}/" for folder in folders for day in self._days()]
            for blob, content in self._blobs(container, prefixes):
                case = blob.rpartition("/")[2].removesuffix(".ndjson")
                for row in _lines(content):
                    if self._is_in_span(row.get("window_end")):
                        yield _line({**row, "case_id": case})

    def quarantine(self) -> Iterator[bytes]:
        """The records of quarantine."""
        with closing(self._container("quarantine")) as container:
            prefixes = [*(f"store-events/{hour:%Y/%m/%d/%H}/" for hour in self._hours()), "suspicious-windows/"]
            for blob, content in self._blobs(container, prefixes):
                for row in _lines(content):
                    if self._is_in_span(row.get("enqueued_time")):
                        yield _line({**row, "path": blob})

    def reports(self) -> Iterator[bytes]:
        """The reports of all reconciliations, without their lists."""
        with closing(self._container("reports")) as container:
            for blob, content in self._blobs(container, ["reconciliations/"], "/report.json"):
                # A report is one object over many lines.
                for row in _lines(b"".join(content.splitlines())):
                    yield _line({"run": blob.split("/")[1], **{key: row.get(key) for key in _REPORT}})

    def cases(self) -> Iterator[bytes]:
        """The cases of windows that ended in the span."""
        client = self._cosmos()
        container = client.get_database_client("fraud").get_container_client("cases")
        rows = container.query_items(
            "SELECT * FROM c WHERE c.window_end >= @since AND IS_DEFINED(c.bands)",
            parameters=[{"name": "@since", "value": f"{self._since:%Y-%m-%dT%H:%M:%SZ}"}],
            enable_cross_partition_query=True,
        )
        for number, row in enumerate(rows):
            if number >= 100 * self._bounds.files:
                raise TooMuchError(f"cases: more than {100 * self._bounds.files:,}", "files")
            yield _line(row)

    def _is_in_span(self, moment: object) -> bool:
        """True for a time within the span, whose folders hold more: those of hours and days begin before it.

        A row whose time cannot be read stays.
        """
        try:
            return datetime.fromisoformat(str(moment)) >= self._since
        except (ValueError, TypeError):
            return True

    def _hours(self) -> Iterable[datetime]:
        first = self._since.replace(minute=0, second=0, microsecond=0)
        # Capture and the stream job write some minutes after what they write of.
        count = int((self._now + _HOUR - first) / _HOUR) + 1
        return (first + _HOUR * number for number in range(count))

    def _days(self) -> Iterable[datetime]:
        count = (self._now.date() - self._since.date()).days + 1
        return (self._since + timedelta(days=number) for number in range(count))

    def _blobs(
        self, container: ContainerClient, prefixes: Iterable[str], suffix: str = ""
    ) -> Iterator[tuple[str, bytes]]:
        files = size = 0
        for prefix in prefixes:
            for blob in container.list_blobs(name_starts_with=prefix):
                if not blob.name.endswith(suffix) or not blob.size:
                    continue
                files, size = files + 1, size + blob.size
                if files > self._bounds.files:
                    raise TooMuchError(f"{container.container_name}: more than {self._bounds.files} blobs", "files")
                if size > self._bounds.megabytes * _MEGABYTE:
                    raise TooMuchError(
                        f"{container.container_name}: more than {self._bounds.megabytes} MB", "megabytes"
                    )
                yield blob.name, container.download_blob(blob.name).readall()

    def _container(self, name: str) -> ContainerClient:
        if text := self._settings.get("Warehouse"):
            return BlobServiceClient.from_connection_string(text, **_RETRIES).get_container_client(name)
        address = self._settings["Warehouse__blobServiceUri"]
        service = BlobServiceClient(address, credential=self._credential("Warehouse"), **_RETRIES)
        return service.get_container_client(name)

    def _cosmos(self) -> "CosmosClient":
        from azure.cosmos import CosmosClient  # noqa: PLC0415

        if text := self._settings.get("Cosmos"):
            return CosmosClient.from_connection_string(text)
        return CosmosClient(self._settings["Cosmos__accountEndpoint"], credential=self._credential("Cosmos"))

    def _credential(self, connection: str) -> "DefaultAzureCredential":
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415

        return DefaultAzureCredential(managed_identity_client_id=self._settings.get(f"{connection}__clientId"))


_WINDOW = ("store_id", "WindowStart", "WindowEnd")
_SECOND = "%m/%d/%Y %I:%M:%S %p"
"""The form of a time in Capture's field EnqueuedTimeUtc."""
_HALVES = re.compile("[\ud800-\udfff]")
_REPORT = ("verdict", "sentence", "range", "accounts")
_ROWS: dict[str, Callable[[Fetch], Iterator[bytes]]] = {
    "events": Fetch.events,
    "suspicious": Fetch.suspicious,
    "verdicts": Fetch.verdicts,
    "shadow_verdicts": Fetch.shadow_verdicts,
    "quarantine": Fetch.quarantine,
    "cases": Fetch.cases,
    "reports": Fetch.reports,
}
VIEWS = tuple(_ROWS)


def _captured(record: dict[str, Any], partition: str, blob: str) -> dict[str, Any]:
    body: bytes = record["Body"] or b""
    try:
        event: Any = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    fields: dict[str, Any] = event if isinstance(event, dict) else {}
    return {
        "event_id": fields.get("id"),
        **{name: fields.get(name) for name in ("event_type", "store_id", "cust_id", "sku", "price", "qty")},
        **{name: fields.get(name) for name in ("discount", "priority_shipping", "ts")},
        "partition": partition,
        "sequence_number": record["SequenceNumber"],
        "enqueued": _enqueued(record),
        "body": fields or body.decode(errors="replace"),
        "blob": blob,
    }


def _enqueued(record: dict[str, Any]) -> str | None:
    """The moment of a record: exact if Capture wrote it so, otherwise the second; None if nobody can read it."""
    exact, second = record["SystemProperties"].get("x-opt-enqueued-time"), record["EnqueuedTimeUtc"]
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(exact, int):
            return datetime.fromtimestamp(exact / 1000, UTC).isoformat()
        return datetime.strptime(second, _SECOND).replace(tzinfo=UTC).isoformat()
    with suppress(ValueError):
        return datetime.fromisoformat(second).isoformat()
    return None


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.splitlines():
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the archive keeps what somebody has damaged; a question is not about it
        if isinstance(row, dict):
            yield row


def _line(row: dict[str, Any]) -> bytes:
    """A row as JSON. DuckDB drops one with half of a surrogate pair, as a producer may send it: here it is spelt."""
    text = json.dumps(row, separators=(",", ":"), default=str, ensure_ascii=False)
    return _HALVES.sub(lambda half: f"\\\\u{ord(half[0]):04x}", text).encode()
