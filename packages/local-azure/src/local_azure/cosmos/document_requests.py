"""Requests on documents: points, feeds, queries, query plans, batches."""

from local_azure.core.faults import Held
from local_azure.cosmos import items
from local_azure.cosmos.batch import Batches
from local_azure.cosmos.catalog import Container
from local_azure.cosmos.charges import DELETE_PARTITION_CHARGE, read_charge
from local_azure.cosmos.documents import Conditions, Stored
from local_azure.cosmos.errors import not_found
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.feeds import Feeds
from local_azure.cosmos.partition_key import required
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply

PARTITION_KEY = "x-ms-documentdb-partitionkey"
RANGE_ID = "x-ms-documentdb-partitionkeyrangeid"
_TRIGGERS = ("x-ms-documentdb-pre-trigger-include", "x-ms-documentdb-post-trigger-include")


class DocumentRequests:
    """`.../docs` and `.../docs/{id}`"""

    def __init__(self, store: Store, feeds: Feeds, faults: Held[Faults]) -> None:
        self._feeds = feeds
        self._faults = faults
        self._batches = Batches(store, faults)

    async def collection(self, request: Request, container: Container) -> Reply:
        """`.../docs`: a feed, a query, its plan, a batch, a create or an upsert, told apart by headers."""
        if request.method == "POST" and request.flag("x-ms-cosmos-is-query-plan-request"):
            return self._feeds.plan(request, container)
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            return await self._feeds.of_documents(request, container)
        if request.method != "POST":
            raise request.method_not_allowed()
        request.refuse_headers(*_TRIGGERS)
        if request.flag("x-ms-cosmos-is-batch-request"):
            return self._batch(request, container)
        partition = required(container.key.of_header(request.headers.get(PARTITION_KEY)))
        self._faults.now.check_room()
        if request.flag("x-ms-documentdb-is-upsert"):
            created, stored = items.upsert_item(container, partition, request.body, _conditions(request))
            return _written(request, container, partition, 201 if created else 200, stored)
        return _written(request, container, partition, 201, items.create_item(container, partition, request.body))

    def document(self, request: Request, container: Container, name: str) -> Reply:
        """`.../docs/{id}`"""
        partition = required(container.key.of_header(request.headers.get(PARTITION_KEY)))
        request.refuse_headers(*_TRIGGERS)
        if "/" in name or "\\" in name:
            raise not_found("Entity with the specified id", name)
        match request.method:
            case "GET":
                return _read(request, container, partition, items.read_item(container, partition, name))
            case "PUT":
                stored = items.replace_item(container, partition, name, request.body, _conditions(request))
                return _written(request, container, partition, 200, stored)
            case "PATCH":
                stored = items.patch_item(container, partition, name, request.body, _conditions(request))
                return _written(request, container, partition, 200, stored)
            case "DELETE":
                charge = items.delete_item(container, partition, name, _conditions(request))
                return Reply(204, headers=_in_range(container, partition), charge=charge)
            case _:
                raise request.method_not_allowed()

    def delete_partition(self, request: Request, container: Container) -> Reply:
        """`.../operations/partitionkeydelete`: at once, where Azure deletes in the background."""
        if request.method != "POST":
            raise request.method_not_allowed()
        partition = required(container.key.of_header(request.headers.get(PARTITION_KEY)))
        container.documents.delete_partition(partition)
        return Reply(200, headers=_in_range(container, partition), charge=DELETE_PARTITION_CHARGE)

    def _batch(self, request: Request, container: Container) -> Reply:
        if request.flag("x-ms-cosmos-batch-atomic"):
            partition = required(container.key.of_header(request.headers.get(PARTITION_KEY)))
            reply = self._batches.run_atomic(container, partition, request.body, minimal=request.minimal)
            reply.headers |= _in_range(container, partition)
            return reply
        go_on = request.flag("x-ms-cosmos-batch-continue-on-error")
        _, span = container.ranges.asked(request.headers)
        reply = self._batches.run_bulk(container, span, request.body, minimal=request.minimal, go_on=go_on)
        reply.headers[RANGE_ID] = request.headers.get(RANGE_ID) or "0"
        return reply


def _conditions(request: Request) -> Conditions:
    return Conditions(request.headers.get("if-match"), request.headers.get("if-none-match"))


def _in_range(container: Container, partition: str) -> dict[str, str]:
    return {RANGE_ID: str(container.ranges.of(partition))}


def _read(request: Request, container: Container, partition: str, stored: Stored) -> Reply:
    headers = {"etag": stored.etag} | _in_range(container, partition)
    if request.headers.get("if-none-match") == stored.etag:
        return Reply(304, headers=headers)
    return Reply(200, stored.body, headers, charge=read_charge(len(stored.body)))


def _written(request: Request, container: Container, partition: str, status: int, stored: Stored) -> Reply:
    body = b"" if request.minimal else stored.body
    headers = {"etag": stored.etag} | _in_range(container, partition)
    return Reply(status, body, headers, charge=stored.charge)
