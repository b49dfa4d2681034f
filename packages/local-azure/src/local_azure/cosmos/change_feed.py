"""The change feed in the mode of latest versions: each document once, as it now is, in the order of its last write.

A document's ETag is made of the sequence of its last write, so the feed goes by ETags. Its continuation is that
sequence in decimal digits, as on Azure: azure-cosmos takes whatever else it finds there for a token of its own making.
https://learn.microsoft.com/azure/cosmos-db/change-feed-modes
"""

from email.utils import parsedate_to_datetime

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.charges import feed_charge
from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.feed_scope import Scope
from local_azure.cosmos.query.paging import MAX_PAGE_BYTES, page_size
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply, encode

_LATEST_VERSIONS = "incremental feed"
_BEGINNING = '"0"'
_FORMER_DIGITS = 16  # of the ETags that continuations were until they became decimal: hexadecimal, the first a 0


class ChangeFeed:
    """Answers `GET .../docs` with the header `A-IM`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, request: Request, container: Container, scope: Scope) -> Reply:
        """The changes after `If-None-Match` or `If-Modified-Since`; 304 if no change is newer."""
        if request.headers.get("a-im", "").lower() != _LATEST_VERSIONS:
            raise unsupported("The change feed of all versions and deletes")
        container.documents.prepare_changes()
        after = request.headers.get("if-none-match") or _BEGINNING
        newest = _continuation(self._store.sequence)
        if after == "*":
            return Reply(304, headers={"etag": newest})
        size = page_size(request.headers.get("x-ms-max-item-count"))
        since = _since(request)
        condition, values = _condition(_etag(_sequence(after)), since, scope)
        rows = self._store.execute(
            f"SELECT etag, plain(body) FROM {container.documents.table} WHERE {condition} ORDER BY etag LIMIT ?",
            (*values, size),
        )
        items: list[bytes] = []
        loaded = 0
        last = after
        for etag, body in rows:
            if items and loaded + len(body) > MAX_PAGE_BYTES:
                break
            sequence = int(etag.strip('"'), 16)
            items.append(body[:-1] + b',"_lsn":%d}' % sequence)
            loaded += len(body)
            last = _continuation(sequence)
        if not items:
            # Who has asked by a time goes on with this ETag alone: after the beginning would come what is older.
            return Reply(304, headers={"etag": after if since is None else newest})
        envelope = b'{"_rid":%b,"Documents":[%b],"_count":%d}'
        answer = envelope % (encode(container.resource_id), b",".join(items), len(items))
        headers = {"etag": last, "x-ms-item-count": str(len(items))}
        return Reply(200, answer, headers, charge=feed_charge(len(items), loaded))


def _condition(after: str, since: int | None, scope: Scope) -> tuple[str, tuple[str | int, ...]]:
    parts = ["etag > ?"]
    values: list[str | int] = [after]
    if since is not None:
        parts.append("json_extract(plain(body), '$._ts') >= ?")
        values.append(since)
    if scope.partition is not None:
        parts.append("partition = ?")
        values.append(scope.partition)
    elif not scope.span.whole:
        parts.append("effective_key(partition) >= ? AND effective_key(partition) < ?")
        values += [scope.span.low, scope.span.high]
    return " AND ".join(parts), tuple(values)


def _sequence(continuation: str) -> int:
    """The write to continue after; clients send the continuation with or without its quotes."""
    text = continuation.strip('"')
    former = len(text) == _FORMER_DIGITS and text.startswith("0")
    if len(text) > 20 or not text or not set(text) <= set("0123456789abcdef" if former else "0123456789"):
        raise bad_request(f"'{continuation[:50]}' is not a continuation of this change feed.")
    return int(text, 16 if former else 10)


def _continuation(sequence: int) -> str:
    return f'"{sequence}"'


def _etag(sequence: int) -> str:
    return f'"{sequence:016x}"'


def _since(request: Request) -> int | None:
    """The second from which the client asks for changes, if the request has no continuation and names a time."""
    text = request.headers.get("if-modified-since")
    if not text or request.headers.get("if-none-match"):
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError as problem:
        raise bad_request(f"If-Modified-Since '{text[:50]}' is not a date.") from problem
