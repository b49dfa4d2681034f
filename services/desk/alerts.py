"""The alerts on windows, and which of them the fraud team was told."""

import logging
from typing import Any

import msgspec

from fraud.analysis import ALERTS_FOLDER, KeptAlert
from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.queries import SpanQuestion
from fraud.desk.rows import AlertRow
from fraud.verdicts import time_path
from services import names
from services.alert_digests import WAITS
from services.blobs import if_there, warehouse
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_paths

_READS = 8
_log = logging.getLogger(__name__)
_kept = msgspec.json.Decoder(KeptAlert)


class _Place(msgspec.Struct, frozen=True):
    """The path of the last alert of a page."""

    path: str


async def list_alerts(asked: SpanQuestion) -> Page[AlertRow]:
    """A page of alerts by the ends of their windows, the latest first. Raises ProblemError for a bad token."""
    place = place_in(asked.token, _Place) if asked.token else None
    paths = PathRange(
        ALERTS_FOLDER,
        time_path(asked.start) if asked.start else "",
        time_path(asked.end) if asked.end else "",
        place.path if place else None,
    )
    listed = await last_paths(await warehouse(names.REPORTS), paths, asked.limit + 1)
    rows = await together((_row(path) for path in listed[: asked.limit]), at_once=_READS)
    following = token_of(_Place(listed[asked.limit - 1])) if len(listed) > asked.limit else None
    return Page(tuple(row for row in rows if row is not None), following)


async def _row(path: str) -> AlertRow | None:
    download = await if_there((await warehouse(names.REPORTS)).download_blob(path))
    if download is None:
        _log.warning("the alert %s is gone since it was listed, or in the archive tier", path)
        return None
    try:
        alert = _kept.decode(await download.readall())
    except (msgspec.MsgspecError, RecursionError) as error:
        _log.warning("the alert %s cannot be read: %s", path, error)
        return None
    fields: dict[str, Any] = {**msgspec.structs.asdict(alert), "name": alert.alert_name}
    fields["waits"] = download.properties.metadata == WAITS
    return AlertRow(**fields)
