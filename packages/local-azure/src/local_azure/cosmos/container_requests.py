"""Requests on databases and containers."""

from local_azure.cosmos import resource_ids, throughput
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.feed_scope import cross_partition_disabled, crosses_partitions
from local_azure.cosmos.feeds import Feeds
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import JsonObject, Reply, decode_object, encode


class ContainerRequests:
    """Create, read, list, query, replace and delete; and the ranges that partition keys lie in."""

    def __init__(self, catalog: Catalog, feeds: Feeds) -> None:
        self._catalog = catalog
        self._feeds = feeds

    async def databases(self, request: Request) -> Reply:
        """`/dbs`"""
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            items = [database.properties for database in self._catalog.databases.values()]
            return await self._feeds.of_resources(request, "Databases", "", items)
        if request.method != "POST":
            raise request.method_not_allowed()
        asked = throughput.of_headers(request.headers)
        database = self._catalog.create_database(decode_object(request.body, "The database"), asked)
        return _resource(request, 201, database.properties)

    def database(self, request: Request, name: str) -> Reply:
        """`/dbs/{id}`"""
        database = self._catalog.database(name)
        match request.method:
            case "GET":
                return _read(request, database.properties)
            case "DELETE":
                self._catalog.delete_database(database)
                return Reply(204)
            case _:
                raise request.method_not_allowed()

    async def containers(self, request: Request, database_name: str) -> Reply:
        """`/dbs/{id}/colls`"""
        database = self._catalog.database(database_name)
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            items = [container.properties for container in database.containers.values()]
            resource_id = str(database.properties["_rid"])
            return await self._feeds.of_resources(request, "DocumentCollections", resource_id, items)
        if request.method != "POST":
            raise request.method_not_allowed()
        body = decode_object(request.body, "The container")
        container = self._catalog.create_container(database, body, throughput.of_headers(request.headers))
        return _resource(request, 201, container.properties)

    async def conflicts(self, request: Request, container: Container) -> Reply:
        """`.../conflicts`: never any, since one region alone takes writes."""
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            if request.method == "POST" and not crosses_partitions(request):
                raise cross_partition_disabled()
            return await self._feeds.of_resources(request, "Conflicts", container.resource_id, [])
        raise request.method_not_allowed()

    async def offers(self, request: Request) -> Reply:
        """`/offers`: the throughput settings."""
        if request.method == "GET" or (request.method == "POST" and request.is_query):
            return await self._feeds.of_resources(request, "Offers", "", self._catalog.offers.all())
        raise request.method_not_allowed()

    def offer(self, request: Request, name: str) -> Reply:
        """`/offers/{id}`"""
        match request.method:
            case "GET":
                return _resource(request, 200, self._catalog.offers.find(name)[1].properties)
            case "PUT":
                changed = self._catalog.offers.replace(name, decode_object(request.body, "The offer"))
                return _resource(request, 200, changed)
            case _:
                raise request.method_not_allowed()

    def container(self, request: Request, database_name: str, name: str) -> Reply:
        """`/dbs/{id}/colls/{id}`"""
        container = self._catalog.container(database_name, name)
        match request.method:
            case "GET":
                reply = _read(request, container.properties)
                if request.flag("x-ms-documentdb-populatequotainfo"):
                    reply.headers |= container.documents.usage.headers_of_container()
                return reply
            case "PUT":
                self._catalog.replace_container(container, decode_object(request.body, "The container"))
                return _resource(request, 200, container.properties)
            case "DELETE":
                self._catalog.delete_container(self._catalog.database(database_name), container)
                return Reply(204)
            case _:
                raise request.method_not_allowed()

    def partition_key_ranges(self, request: Request, container: Container) -> Reply:
        """`.../pkranges`: the SDKs cache them by their ETag."""
        if request.method != "GET":
            raise request.method_not_allowed()
        etag = '"1"'
        if request.headers.get("if-none-match") == etag:
            return Reply(304, headers={"etag": etag})
        resource_id = container.resource_id
        share = 1 / len(container.ranges.spans)
        names = [resource_ids.of_range(resource_id, place) for place in range(len(container.ranges.spans))]
        ranges = [
            {
                "id": str(place),
                "_rid": names[place],
                "_self": f"{container.properties['_self']}pkranges/{names[place]}/",
                "_etag": etag,
                "_ts": container.properties["_ts"],
                "minInclusive": span.low,
                "maxExclusive": span.high,
                "ridPrefix": place,
                "throughputFraction": share,
                "status": "online",
                "parents": [],
            }
            for place, span in enumerate(container.ranges.spans)
        ]
        body = {"_rid": resource_id, "PartitionKeyRanges": ranges, "_count": len(ranges)}
        return Reply(200, encode(body), {"etag": etag})


def _read(request: Request, properties: JsonObject) -> Reply:
    if request.headers.get("if-none-match") == properties["_etag"]:
        return Reply(304, headers={"etag": str(properties["_etag"])})
    return _resource(request, 200, properties)


def _resource(request: Request, status: int, properties: JsonObject) -> Reply:
    body = b"" if request.minimal and request.method != "GET" else encode(properties)
    return Reply(status, body, {"etag": str(properties["_etag"])})
