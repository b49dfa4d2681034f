"""Tables of the report's page: every text escaped, no column without content, cards instead of rows on a phone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from reconciliation.comparing.differences import Difference
from reconciliation.reading.scan import Unreadable

DIFFERENCE_HEAD = ("event", "store", "seen under", "window to", "where", "expected in", "seen in", "captured", "blobs")


class _Markup(str):
    """A cell that is HTML already."""

    __slots__ = ()


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table without the columns in which no row has anything."""
    lines = list(rows)
    used = [n for n in range(len(head)) if not lines or any(line[n] for line in lines)]
    titles = "".join(f'<th scope="col">{escape(head[n])}</th>' for n in used)
    body = "".join(f"<tr>{''.join(_cell(head[n], line[n]) for n in used)}</tr>" for line in lines)
    return (
        f'<div class="table"><table class="{kind}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def unreadable_table(places: Iterable[Unreadable], warehouse: str) -> str:
    """The places that could not be read, with links to the blobs."""
    rows = ((_Markup(_blob(one.path, warehouse, one.path)), f"{one.offset:,}", one.reason) for one in places)
    return table(("blob", "at", "why"), rows, "differences")


def difference_table(differences: Iterable[Difference], warehouse: str) -> str:
    """Each difference with its place and links; `warehouse` is the address of the account, for links."""
    return table(DIFFERENCE_HEAD, (_difference(one, warehouse) for one in differences), "differences")


def moment_text(moment: datetime) -> str:
    """A moment to the minute, or to the second if it has any."""
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")


def _difference(one: Difference, warehouse: str) -> Sequence[str]:
    return (
        one.event_id or "(a malformed body)",
        one.store,
        ", ".join(one.seen_stores),
        moment_text(one.window_end),
        ", ".join(one.where),
        _times(one.expected, one.window_end),
        _times(one.seen, one.window_end),
        f"{one.partition} #{one.sequence_number}" if one.partition else "",
        _Markup(" ".join(_blob(path, warehouse, _short(path)) for path in one.blobs)),
    )


def _times(moments: Sequence[datetime], beside: datetime) -> str:
    """Moments, without the day if it is that of the one beside them."""
    return ", ".join(f"{one:%H:%M}" if one.date() == beside.date() else moment_text(one) for one in moments)


def _short(path: str) -> str:
    """`10/05/00.avro` for a blob of the archive, whose names repeat, and else the blob's name."""
    parts = path.split("/")
    return "/".join(parts[-3:] if path.endswith(".avro") else parts[-1:])


def _blob(path: str, warehouse: str, name: str) -> str:
    return f'<a href="{escape(warehouse)}/{escape(quote(path))}" title="{escape(path)}">{escape(name)}</a>'


def _cell(title: str, content: str) -> str:
    text = content if isinstance(content, _Markup) else escape(content)
    return f'<td data-title="{escape(title)}">{text}</td>'
