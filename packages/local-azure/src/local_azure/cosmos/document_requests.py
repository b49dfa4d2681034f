"""Requests on documents: points, feeds, queries, batches."""

from local_azure.cosmos import items
from local_azure.cosmos.batch import WRITE_CHARGE, run_batch
from local_azure.cosmos.catalog import Container
from local_azure.cosmos.documents import Conditions, Stored
from local_azure.cosmos.errors import unsupported
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.feeds import Feeds
from local_azure.cosmos.partition_key import from_header, required
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply

_TRIGGERS = ("x-ms-documentdb-pre-trigger-include", "x-ms-documentdb-post-trigger-include")


class DocumentRequests:
    """`.../docs` and `.../docs/{id}`"""

    def __init__(self, store: Store, feeds: Feeds, faults: Faults) -> None:
        self._store = store
        self._feeds = feeds
        self._faults = faults

    async def collection(self, request: Request, container: Container) -> Reply:
        """`.../docs`: a feed, a query, a batch, a create or an upsert, told apart by headers."""
        partition = from_header(request.headers.get("x-ms-documentdb-partitionkey"))
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            _check_feed(request)
            return await self._feeds.of_documents(request, container, partition)
        if request.method != "POST":
            raise request.method_not_allowed()
        request.refuse_headers(*_TRIGGERS, "x-ms-cosmos-is-query-plan-request")
        if request.flag("x-ms-cosmos-is-batch-request"):
            if not request.flag("x-ms-cosmos-batch-atomic"):
                raise unsupported("A batch that is not atomic (bulk)")
            return run_batch(
                self._store,
                container,
                required(partition),
                request.body,
                minimal=request.minimal,
                check_room=self._faults.check_room,
            )
        partition = required(partition)
        self._faults.check_room()
        if request.flag("x-ms-documentdb-is-upsert"):
            created, stored = items.upsert_item(container, partition, request.body, _conditions(request))
            return _written(request, 201 if created else 200, stored)
        return _written(request, 201, items.create_item(container, partition, request.body))

    def document(self, request: Request, container: Container, name: str) -> Reply:
        """`.../docs/{id}`"""
        partition = required(from_header(request.headers.get("x-ms-documentdb-partitionkey")))
        request.refuse_headers(*_TRIGGERS)
        match request.method:
            case "GET":
                return _read(request, items.read_item(container, partition, name))
            case "PUT":
                stored = items.replace_item(container, partition, name, request.body, _conditions(request))
                return _written(request, 200, stored)
            case "PATCH":
                stored = items.patch_item(container, partition, name, request.body, _conditions(request))
                return _written(request, 200, stored)
            case "DELETE":
                items.delete_item(container, partition, name, _conditions(request))
                return Reply(204, charge=WRITE_CHARGE)
            case _:
                raise request.method_not_allowed()


def _check_feed(request: Request) -> None:
    """400 for what would change the result if it were ignored."""
    if request.headers.get("a-im"):
        raise unsupported("The change feed")
    if request.headers.get("x-ms-start-epk", "") != "" or request.headers.get("x-ms-end-epk", "FF") != "FF":
        raise unsupported("A part of the partition key range (a hierarchical key's prefix, a feed range)")
    request.refuse_headers("x-ms-cosmos-is-query-plan-request")


def _conditions(request: Request) -> Conditions:
    return Conditions(request.headers.get("if-match"), request.headers.get("if-none-match"))


def _read(request: Request, stored: Stored) -> Reply:
    if request.headers.get("if-none-match") == stored.etag:
        return Reply(304, headers={"etag": stored.etag})
    return Reply(200, stored.body, {"etag": stored.etag})


def _written(request: Request, status: int, stored: Stored) -> Reply:
    body = b"" if request.minimal else stored.body
    return Reply(status, body, {"etag": stored.etag}, charge=WRITE_CHARGE)
