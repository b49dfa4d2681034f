"""Tables of the report's page, without the columns that have no content; `templates/tables.html` shows them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec

from reconciliation.comparing.differences import Difference
from reconciliation.reading.scan import Unreadable
from reconciliation.reporting.acknowledgements import key_of

DIFFERENCE_HEAD = (
    "event",
    "store",
    "seen under",
    "window to",
    "where",
    "expected in",
    "seen in",
    "captured",
    "fields",
    "key",
    "blobs",
)


_LONG_DIGEST = re.compile(r"(-[0-9a-f]{6})[0-9a-f]{6,}$")
BLOBS = "blobs"
"""The folder beside the page under which the app serves the blobs that it names, container first."""


class BlobLink(msgspec.Struct, frozen=True):
    """A link to a blob; its title is the blob's whole path."""

    address: str
    title: str
    text: str


TableCell = str | Sequence[BlobLink]


class Table(msgspec.Struct, frozen=True):
    """A table as `templates/tables.html` shows it; `kind` is its class in the style."""

    head: Sequence[str]
    rows: Sequence[Sequence[TableCell]]
    kind: str


def table(head: Sequence[str], rows: Iterable[Sequence[TableCell]], kind: str = "") -> Table:
    """A table without the columns in which no row has anything."""
    lines = list(rows)
    used = [n for n in range(len(head)) if not lines or any(line[n] for line in lines)]
    return Table([head[n] for n in used], [[line[n] for n in used] for line in lines], kind)


def unreadable_table(places: Iterable[Unreadable]) -> Table:
    """The places that could not be read, with links to the blobs."""
    rows = (((_blob(place.path, place.path),), f"{place.offset:,}", place.reason) for place in places)
    return table(("blob", "at", "why"), rows, "differences")


def difference_table(differences: Iterable[Difference]) -> Table:
    """Each difference with its place and links."""
    return table(DIFFERENCE_HEAD, (_difference(difference) for difference in differences), "differences")


def moment_text(moment: datetime) -> str:
    """A moment to the minute, or to the second if it has any."""
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")


def _difference(difference: Difference) -> Sequence[TableCell]:
    return (
        difference.event_id or "(a malformed body)",
        difference.store,
        ", ".join(difference.seen_stores),
        moment_text(difference.window_end),
        ", ".join(difference.where),
        _times(difference.expected, difference.window_end),
        _times(difference.seen, difference.window_end),
        f"{difference.partition} #{difference.sequence_number}" if difference.partition else "",
        ", ".join(difference.fields),
        key_of(difference),
        tuple(_blob(path, _short(path)) for path in difference.blobs),
    )


def _times(moments: Sequence[datetime], beside: datetime) -> str:
    """Moments, without the day if it is that of the one beside them."""
    return ", ".join(f"{moment:%H:%M}" if moment.date() == beside.date() else moment_text(moment) for moment in moments)


def _short(path: str) -> str:
    """`10/05/00.avro` for a blob of the archive, whose names repeat; else its name, of a long digest the beginning."""
    parts = path.split("/")
    return (
        "/".join(parts[-3:]) if path.endswith(".avro") else _LONG_DIGEST.sub(r"\1", parts[-1].removesuffix(".ndjson"))
    )


def _blob(path: str, name: str) -> BlobLink:
    return BlobLink(f"{BLOBS}/{quote(path)}", path, name)
