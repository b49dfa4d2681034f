"""What each address answers: from a request's method, path, headers and body to a reply."""

import logging
import sqlite3
from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.bootstrap import Bootstrap, create_absent
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.container_requests import ContainerRequests
from local_azure.cosmos.document_requests import DocumentRequests
from local_azure.cosmos.errors import CosmosError, container_recreated, unsupported
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.feeds import Feeds
from local_azure.cosmos.request import Request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply, encode

logger = logging.getLogger(__name__)


class Service:
    """The whole account."""

    def __init__(self, state: Path, clock: Clock, key: AccountKey, faults: Faults) -> None:
        self._store = Store(state / "cosmos.db")
        self.catalog = Catalog(self._store, clock)
        self.faults = faults
        self._key = key
        self._clock = clock
        self._purged_at = 0
        feeds = Feeds(self._store)
        self._containers = ContainerRequests(self.catalog, feeds)
        self._documents = DocumentRequests(self._store, feeds, faults)

    def close(self) -> None:
        """Close the file; every acknowledged write is already in it."""
        self._store.close()

    async def bootstrap(self, bootstrap: Bootstrap) -> None:
        """Create what the file names and is not there yet. CannotStartError if it cannot be."""
        for link in create_absent(self.catalog, bootstrap):
            logger.info("created %s", link)
        await self._store.settled()

    async def answer(self, request: Request) -> Reply:
        """The reply to a request, once its writes are committed. CosmosError for one that is refused."""
        self._key.check(request.method, request.segments, request.headers)
        if len(request.segments) >= 5:
            await self.faults.suffer()
        try:
            self._purge()
            reply = await self._route(request)
        except sqlite3.Error as problem:
            raise self._store.abandon(problem) from problem
        except CosmosError:
            # A 409 says that an item is there; who hears it must be able to rely on that.
            await self._store.settled()
            raise
        await self._store.settled()
        reply.headers["x-ms-session-token"] = f"0:-1#{self._store.sequence}"
        return reply

    async def _route(self, request: Request) -> Reply:  # noqa: PLR0911 - one for each address
        match request.segments:
            case ():
                return _account(request)
            case ("dbs",):
                return await self._containers.databases(request)
            case ("dbs", database):
                return self._containers.database(request, database)
            case ("dbs", database, "colls"):
                return await self._containers.containers(request, database)
            case ("dbs", database, "colls", name):
                return self._containers.container(request, database, name)
            case ("dbs", database, "colls", name, "pkranges"):
                return self._containers.partition_key_ranges(request, self._container(request, database, name))
            case ("dbs", database, "colls", name, "docs"):
                return await self._documents.collection(request, self._container(request, database, name))
            case ("dbs", database, "colls", name, "docs", document):
                container = self._container(request, database, name)
                if database not in self.catalog.databases:
                    document = container.documents.name_of(document)
                return self._documents.document(request, container, document)
            case _:
                raise unsupported(f"The resource '{request.resource}'")

    def _container(self, request: Request, database: str, name: str) -> Container:
        container = self.catalog.container(database, name)
        intended = request.headers.get("x-ms-cosmos-intended-collection-rid")
        if intended and intended != container.resource_id:
            raise container_recreated(container.id)
        return container

    def _purge(self) -> None:
        """Delete what has expired, at most once in a second of Azure's: nothing can be read after its time."""
        now = int(self._clock.timestamp())
        if now != self._purged_at:
            self._purged_at = now
            for container in self.catalog.containers():
                container.documents.purge()


def _account(request: Request) -> Reply:
    """The account: one region, which is this process, and the consistency that it gives."""
    if request.method != "GET":
        raise request.method_not_allowed()
    regions = [{"name": "Local", "databaseAccountEndpoint": f"{request.base_url}/"}]
    account = {
        "_self": "",
        "id": "local",
        "_rid": "local",
        "_dbs": "//dbs/",
        "writableLocations": regions,
        "readableLocations": regions,
        "enableMultipleWriteLocations": False,
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "userReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 1},
        "systemReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 1},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": "{}",
    }
    return Reply(200, encode(account))
