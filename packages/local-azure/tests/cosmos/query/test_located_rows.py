"""Documents that a query finds by their rows, read a slice of time after the other."""

from pathlib import Path
from typing import Any

import pytest

from local_azure.cosmos.query.access import Access
from local_azure.cosmos.query.rows import TableRows
from tests.cosmos.test_packed_documents import fill, opened, own


async def test_a_document_is_read_once_although_each_slice_has_time_for_one_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty of 1 MB were read 1,800 times, and 250 took longer than a query may."""
    store, container = opened(tmp_path)
    ids = [document["id"] for document in fill(container, 250)]
    access = Access(frozenset((None, name) for name in ids))
    documents = container.documents
    rows = TableRows(store, documents.table, access, indexes=documents.indexes, key=("store_id",))
    statements: list[str] = []
    execute = store.execute

    def noted(sql: str, values: tuple[Any, ...]) -> Any:
        statements.append(sql)
        return execute(sql, values)

    monkeypatch.setattr(store, "execute", noted)

    after, names = 0, list[str]()
    while row_read := next(iter(rows.after(after)), None):
        after, body = row_read
        assert body is not None
        names.append(own(body)["id"])

    assert names == ids
    assert len(statements) == 3
