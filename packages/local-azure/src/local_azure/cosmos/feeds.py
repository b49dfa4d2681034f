"""Feeds and queries: a page of resources, as the envelope that the SDKs read."""

import sqlite3
import time
from collections.abc import Mapping

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.change_feed import ChangeFeed
from local_azure.cosmos.charges import Charges, query_charge
from local_azure.cosmos.errors import owner_not_found
from local_azure.cosmos.feed_scope import Scope, check_servable, scope_of
from local_azure.cosmos.query.metrics import Metrics, index_metrics, query_metrics
from local_azure.cosmos.query.paging import Page, page_size
from local_azure.cosmos.query.plan import is_the_clients, plan
from local_azure.cosmos.query.rows import ListRows, TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.query.statement import Statement, read_feed, read_statement
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject, Reply, encode


class Feeds:
    """Answers feeds and queries over documents, containers, databases and offers; counts what documents are loaded."""

    def __init__(self, store: Store, charges: Charges) -> None:
        self._store = store
        self._charges = charges
        self._changes = ChangeFeed(store)

    async def of_resources(self, request: Request, name: str, resource_id: str, items: list[JsonObject]) -> Reply:
        """A page of databases or containers (`name` is the envelope's), all or those that a query selects."""
        statement = _statement(request)
        rows = ListRows([encode(item) for item in items])
        page = await Runner(statement.query, statement.parameters).page(rows, *_paging(request.headers))
        return _reply(name, resource_id, page, query_charge(0, 0))

    def plan(self, request: Request, container: Container) -> Reply:
        """The plan of a query, for a client that merges the answers of several ranges."""
        statement = _statement(request)
        features = request.headers.get("x-ms-cosmos-supported-query-features")
        several = container.ranges.several or is_the_clients(statement.query)
        answer = plan(statement, several=several, features=features)
        return Reply(200, encode(answer))

    async def of_documents(self, request: Request, container: Container) -> Reply:
        """A page of documents, of one partition, of a range or of all."""
        if request.headers.get("a-im"):
            return self._changes.page(request, container, scope_of(request, container))
        started = time.perf_counter()
        statement = _statement(request)
        runner = Runner(statement.query, statement.parameters)
        scope = scope_of(request, container)
        access = runner.access(container.key.path, scope.partition, container.key.paths)
        check_servable(request, statement, container, scope, access)
        documents = container.documents
        rows = TableRows(
            self._store, documents.table, access, scope.span, indexes=documents.indexes, key=container.key.path
        )
        compiled = time.perf_counter()
        try:
            page = await runner.page(rows, *_paging(request.headers))
        except sqlite3.OperationalError:
            if container.documents.dropped:
                raise owner_not_found("Container", container.id) from None
            raise
        metrics = Metrics(compiled - started, time.perf_counter() - started, rows.loaded, rows.loaded_bytes, page.items)
        self._charges.add_page(rows.loaded, rows.loaded_bytes)
        reply = _reply("Documents", container.resource_id, page, metrics.charge)
        reply.headers["x-ms-documentdb-partitionkeyrangeid"] = str(_range(scope, container))
        if request.flag("x-ms-documentdb-populatequerymetrics"):
            reply.headers["x-ms-documentdb-query-metrics"] = query_metrics(metrics)
        if request.flag("x-ms-cosmos-populateindexmetrics"):
            reply.headers["x-ms-cosmos-index-utilization"] = index_metrics(
                statement.query, () if scope.partition is None else container.key.paths
            )
        return reply


def _range(scope: Scope, container: Container) -> int:
    if scope.range is not None:
        return scope.range
    return 0 if scope.partition is None else container.ranges.of(scope.partition)


def _statement(request: Request) -> Statement:
    return read_feed() if request.method == "GET" else read_statement(request.body)


def _paging(headers: Mapping[str, str]) -> tuple[int, str | None]:
    return page_size(headers.get("x-ms-max-item-count")), headers.get("x-ms-continuation") or None


def _reply(name: str, resource_id: str, page: Page, charge: float) -> Reply:
    envelope = b'{"_rid":%b,"%b":[%b],"_count":%d}'
    body = envelope % (encode(resource_id), name.encode(), b",".join(page.items), len(page.items))
    headers = {"x-ms-item-count": str(len(page.items))}
    if page.continuation is not None:
        headers["x-ms-continuation"] = page.continuation
    return Reply(200, body, headers, charge=charge)
