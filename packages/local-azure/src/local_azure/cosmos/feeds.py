"""Feeds and queries: a page of resources, as the envelope that the SDKs read."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.container_settings import composite_orders
from local_azure.cosmos.errors import bad_request, owner_not_found
from local_azure.cosmos.query.access import Access
from local_azure.cosmos.query.paging import Page, page_size
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import ListRows, TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.query.syntax import Node, Query
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject, Reply, check_nesting, encode

READ_FEED = "SELECT * FROM c"
QUERY_CHARGE = 2.5
_CROSS_PARTITION = "x-ms-documentdb-query-enablecrosspartition"


class _Parameter(msgspec.Struct):
    name: str
    value: Any


class _QueryBody(msgspec.Struct):
    query: str
    parameters: list[_Parameter] | None = None


_bodies = msgspec.json.Decoder(_QueryBody)


class Feeds:
    """Answers feeds and queries over documents, containers and databases."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_resources(self, request: Request, name: str, resource_id: str, items: list[JsonObject]) -> Reply:
        """A page of databases or containers (`name` is the envelope's), all or those that a query selects."""
        query, parameters = _query(request)
        rows = ListRows([encode(item) for item in items])
        page = await Runner(query, parameters).page(rows, *_paging(request.headers))
        return _reply(name, resource_id, page)

    async def of_documents(self, request: Request, container: Container, partition: str | None) -> Reply:
        """A page of documents, of one partition or of all."""
        query, parameters = _query(request)
        runner = Runner(query, parameters)
        access = runner.access(container.path, partition)
        _check_servable(request, query, container, access)
        rows = TableRows(self._store, container.documents.table, access)
        try:
            page = await runner.page(rows, *_paging(request.headers))
        except sqlite3.OperationalError:
            if container.documents.dropped:
                raise owner_not_found("Container", container.id) from None
            raise
        return _reply("Documents", container.resource_id, page)


def _query(request: Request) -> tuple[Query, Mapping[str, Any]]:
    if request.method == "GET":
        return parse(READ_FEED), {}
    check_nesting(request.body, "The query")
    try:
        body = _bodies.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"The query must be {{'query': text, 'parameters': [...]}}: {problem}") from problem
    return parse(body.query), {parameter.name: parameter.value for parameter in body.parameters or ()}


def _paging(headers: Mapping[str, str]) -> tuple[int, str | None]:
    return page_size(headers.get("x-ms-max-item-count")), headers.get("x-ms-continuation") or None


def _check_servable(request: Request, query: Query, container: Container, access: Access) -> None:
    """400 for what Azure would refuse, so that a query which runs here runs there."""
    if len(query.order_by) > 1 and not _has_composite_index(query, container):
        raise bad_request(
            "The order by query does not have a corresponding composite index that it can be served from."
        )
    partitions = {None} if access.keys is None else {partition for partition, _ in access.keys}
    if None not in partitions and len(partitions) <= 1:
        return
    if None in partitions and request.method == "POST" and not request.flag(_CROSS_PARTITION):
        raise bad_request(
            f"Cross partition query is required but disabled. Set {_CROSS_PARTITION} to true or name a partition key."
        )
    if query.group_by:
        raise bad_request(
            "GROUP BY across partitions is not supported, neither here nor by azure-cosmos for Python; "
            "name a partition key."
        )
    if query.aggregates and not (isinstance(query.select, Node) and len(query.aggregates) == 1):
        raise bad_request("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.")


def _has_composite_index(query: Query, container: Container) -> bool:
    wanted = [("/" + "/".join(str(step) for step in order.by.steps), order.descending) for order in query.order_by]
    reverse = [(path, not descending) for path, descending in wanted]
    return any(order in (wanted, reverse) for order in composite_orders(container.properties))


def _reply(name: str, resource_id: str, page: Page) -> Reply:
    envelope = b'{"_rid":%b,"%b":[%b],"_count":%d}'
    body = envelope % (encode(resource_id), name.encode(), b",".join(page.items), len(page.items))
    headers = {"x-ms-item-count": str(len(page.items))}
    if page.continuation is not None:
        headers["x-ms-continuation"] = page.continuation
    return Reply(200, body, headers, charge=QUERY_CHARGE + 0.03 * len(page.items))
