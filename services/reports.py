"""The reports in the container `reports`, by the names that the HTTP triggers give them."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import re

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobPrefix

from services import names
from services.blobs import read_blob, warehouse

FOLDER = "reconciliations"
MAX_SERVED_BYTES = 50 * 1024 * 1024
"""The Functions host buffers a response; larger lists are for storage tools."""

_RUN = re.compile(r"reconcile-\d{8}T\d{6}Z-\d{8}T\d{6}Z(-without-cosmos)?", re.ASCII)
_REPAIR = re.compile(r"repair-\d{8}T\d{6}Z-\d{8}T\d{6}Z(-without-cosmos)?(-dry)?", re.ASCII)
_NAME = re.compile(r"report\.(html|json|md)|differences-\d{5}\.(ndjson)", re.ASCII)
_AVRO = "application/octet-stream"
_NDJSON = "application/x-ndjson"
_TYPES = {"html": "text/html", "json": "application/json", "md": "text/plain", "ndjson": _NDJSON}
_DAY = r"\d{4}/\d\d/\d\d"
_CAPTURED = rf"[\w.-]{{1,100}}/{names.EVENT_HUB}/\d+/{_DAY}/\d\d/\d\d/\d\d\.avro"
_BLOBS = {
    names.ALL_EVENTS: (re.compile(_CAPTURED, re.ASCII), _AVRO),
    names.FRAUD_EVENTS: (re.compile(rf"{_DAY}/\d{{4}}/window-[A-Za-z0-9-]{{1,120}}\.ndjson", re.ASCII), _NDJSON),
    names.SUSPICIOUS_EVENTS: (re.compile(rf"{_DAY}/\d\d/[A-Za-z0-9_-]{{1,200}}\.json", re.ASCII), _NDJSON),
}
"""The blobs that a report may name: the names that Capture, the window analysis and the stream job give, in full."""


class ReportFile(msgspec.Struct, frozen=True):
    """A file of a report, or a blob that a report names. What is a download is never shown as a page."""

    path: str
    size: int
    mimetype: str
    container: str = names.REPORTS
    is_download: bool = False

    @property
    def is_large(self) -> bool:
        """True if it is too large to be served over HTTP."""
        return self.size > MAX_SERVED_BYTES


async def list_reports() -> list[str]:
    """The runs that have a report, the latest range first."""
    container = await warehouse(names.REPORTS)
    runs: list[str] = []
    async for item in container.walk_blobs(name_starts_with=f"{FOLDER}/", delimiter="/"):
        if isinstance(item, BlobPrefix) and _RUN.fullmatch(run := item.name.rstrip("/").rpartition("/")[2]):
            runs.append(run)
    return sorted(runs, reverse=True)


async def find_report(run: str, name: str) -> ReportFile | None:
    """A file of a run's report; None if absent, or if a report has no such names."""
    match = _NAME.fullmatch(name)
    if not _RUN.fullmatch(run) or match is None:
        return None
    return await _find(f"{FOLDER}/{run}/{name}", _TYPES[match[1] or match[2]])


async def find_blob(run: str, container: str, path: str) -> ReportFile | None:
    """A blob of an archive, as a run's report names it; None if absent, or if blobs there have no such names."""
    pattern, mimetype = _BLOBS.get(container, (None, ""))
    if not _RUN.fullmatch(run) or pattern is None or not pattern.fullmatch(path):
        return None
    return await _find(path, mimetype, container, is_download=True)


def is_reconciliation(run: str) -> bool:
    """True for the id of a reconciliation."""
    return _RUN.fullmatch(run) is not None


def is_repair(repair: str) -> bool:
    """True for the id of a repair."""
    return _REPAIR.fullmatch(repair) is not None


async def find_repair_steps(repair: str) -> ReportFile | None:
    """The list of a repair's steps; None if absent."""
    return await _find(f"repairs/{repair}/steps.ndjson", _TYPES["ndjson"]) if is_repair(repair) else None


async def _find(
    path: str, mimetype: str, container: str = names.REPORTS, *, is_download: bool = False
) -> ReportFile | None:
    try:
        properties = await (await warehouse(container)).get_blob_client(path).get_blob_properties()
    except ResourceNotFoundError:
        return None
    return ReportFile(path, properties.size, mimetype, container, is_download)


async def read_report(report: ReportFile) -> bytes:
    """The bytes of a file of a report."""
    return await read_blob(await warehouse(report.container), report.path)
