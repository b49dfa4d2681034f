"""A container of sales, and queries of it that tell how many documents they have read."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.items import create_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query.paging import Page
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.store import Store

DOCUMENTS = 3_000
EXCLUDED = [{"path": "/*"}]
NAMED: dict[str, Any] = {
    "includedPaths": [{"path": "/cust_id/?"}, {"path": "/seen/at/?"}],
    "excludedPaths": EXCLUDED,
    "compositeIndexes": [[{"path": "/store_id"}, {"path": "/seen/at", "order": "descending"}]],
}
DEFAULT: dict[str, Any] = {}
PERIOD = "c.seen.at >= @from AND c.seen.at < @to"


class Shop:
    """A container of sales: customer `c0` has every other one, the others 3 each."""

    def __init__(self, policy: dict[str, Any], documents: int = DOCUMENTS, key: str = "id") -> None:
        self._key = (key,)
        self.store = Store(Path(":memory:"))
        catalog = Catalog(self.store, Clock())
        body: dict[str, Any] = {"id": "c", "partitionKey": {"paths": [f"/{key}"]}, "indexingPolicy": policy}
        self.container: Container = catalog.create_container(catalog.create_database({"id": "d"}), body)
        for number in range(documents):
            sale: dict[str, Any] = {"id": f"{number}", "cust_id": f"c{number % 2 and number % 1000}"}
            sale |= {"store_id": number % 3, "seen": {"at": at(number)}}
            sale |= {"tags": [number % 1_000, "all"]} if number % 5 else {}
            create_item(self.container, canonical(sale["id"]), msgspec.json.encode(sale))

    async def ask(
        self, sql: str, parameters: dict[str, Any] | None = None, size: int = 1_000, token: str | None = None
    ) -> tuple[Page, int]:
        """One page, and the number of documents that were read for it."""
        runner = Runner(parse(sql), parameters or {})
        documents = self.container.documents
        access = runner.access(self._key, None)
        rows = TableRows(self.store, documents.table, access, indexes=documents.indexes, key=self._key)
        page = await runner.page(rows, size, token)
        await self.store.settled()
        return page, rows.loaded


def at(number: int) -> str:
    """When the sale of this number was seen."""
    return f"2026-11-26T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"


def made(policy: dict[str, Any], documents: int = DOCUMENTS) -> Shop:
    """A shop whose documents are written, for tests that have no loop of their own."""

    async def make() -> Shop:
        shop = Shop(policy, documents)
        await shop.store.settled()
        return shop

    return asyncio.run(make())
