"""The addresses of the account: from a request's method, path, headers and body to a reply."""

import logging
import sqlite3
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.core.faults import Held
from local_azure.core.figures import Figures
from local_azure.core.operations import Operations
from local_azure.cosmos import usage
from local_azure.cosmos.account import account
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.bootstrap import Bootstrap, create_absent
from local_azure.cosmos.budget import Budgets
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.charges import REFUSAL_CHARGE, Charges
from local_azure.cosmos.container_requests import ContainerRequests
from local_azure.cosmos.document_requests import RANGE_ID, DocumentRequests
from local_azure.cosmos.errors import CosmosError, container_recreated, not_found, owner_not_found, unsupported
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.feeds import Feeds
from local_azure.cosmos.header_checks import check_headers
from local_azure.cosmos.operation import operation
from local_azure.cosmos.request import Request
from local_azure.cosmos.session import check_session_token, session_token
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply

logger = logging.getLogger(__name__)


class Service:
    """The whole account; `enforced` tells that containers are held to their throughput."""

    def __init__(
        self, state: Path, clock: Clock, key: AccountKey, faults: Held[Faults], *, enforced: bool = False
    ) -> None:
        self._store = Store(state / "cosmos.db")
        self.catalog = Catalog(self._store, clock)
        self.faults = faults
        self._key = key
        self._clock = clock
        self._operations = Operations.from_environment("cosmos")
        self._figures = Figures.from_environment("cosmos")
        self._purged_at = 0
        self.charges = Charges()
        self._budgets = Budgets(self.catalog.offers, clock, enforced=enforced)
        feeds = Feeds(self._store, self.charges)
        self._containers = ContainerRequests(self.catalog, feeds)
        self._documents = DocumentRequests(self._store, feeds, faults)

    def close(self) -> None:
        """Close the file; every acknowledged write is already in it."""
        self._figures.keep()
        self._store.close()

    async def prepare(self, bootstrap: Bootstrap | None = None) -> None:
        """Create what the file names and is not there yet, and what a state of an earlier version lacks.

        CannotStartError if the file asks for what cannot be.
        """
        for link in () if bootstrap is None else create_absent(self.catalog, bootstrap):
            logger.info("created %s", link)
        self.catalog.bring_up()
        await self._store.settled()

    async def answer(self, request: Request) -> Reply:
        """The reply to a request, once its writes are committed. CosmosError for one that is refused."""
        self._key.check(request.method, request.segments, request.headers)
        check_headers(request.headers)
        if len(request.segments) >= 5:
            await self.faults.now.suffer()
            check_session_token(request.headers.get("x-ms-session-token"), self._store.sequence)
        try:
            self._purge()
            asked = operation(request)
            self._operations.note(request.headers.get("user-agent", ""), *asked)
            reply = await self._route(request)
            if request.segments[4:5] == ("docs",):
                self.charges.add(reply.charge)
            self._figures.count(*asked, reply.charge)
        except sqlite3.Error as problem:
            raise self._store.abandon(problem) from problem
        except CosmosError:
            self.charges.add(REFUSAL_CHARGE)
            self._figures.count(*operation(request), REFUSAL_CHARGE)
            # A 409 says that an item exists; its client must be able to rely on that.
            await self._store.settled()
            raise
        await self._store.settled()
        reply.headers["date"] = _date(int(self._clock.timestamp()))
        reply.headers["lsn"] = str(self._store.sequence)
        reply.headers["x-ms-session-token"] = session_token(reply.headers.get(RANGE_ID, "0"), self._store.sequence)
        return reply

    async def _route(self, request: Request) -> Reply:  # noqa: PLR0911, PLR0912 - one for each address
        match request.segments:
            case ():
                return account(request)
            case ("dbs",):
                return self._among_databases(await self._containers.databases(request))
            case ("dbs", database):
                return self._among_databases(self._containers.database(request, database))
            case ("dbs", database, "colls"):
                return self._among_containers(await self._containers.containers(request, database))
            case ("dbs", database, "colls", name):
                reply = self._among_containers(self._containers.container(request, database, name))
                return _owned(reply, f"dbs/{database}", self._owner(database))
            case ("dbs", database, "colls", name, "pkranges"):
                container = self._container(request, database, name)
                return _in_container(self._containers.partition_key_ranges(request, container), container)
            case ("dbs", database, "colls", name, "conflicts"):
                return await self._containers.conflicts(request, self._container(request, database, name))
            case ("dbs", database, "colls", name, "conflicts", conflict):
                self._container(request, database, name)
                raise not_found("Conflict", conflict)
            case ("dbs", database, "colls", name, "docs"):
                container = self._container(request, database, name)
                owner = self.catalog.database(database).number
                self._budgets.check(container.number, owner)
                reply = await self._documents.collection(request, container)
                self._budgets.spend(container.number, owner, reply.charge)
                return _on_items(reply, container)
            case ("dbs", database, "colls", name, "docs", document):
                container = self._container(request, database, name)
                if database not in self.catalog.databases:
                    document = container.documents.name_of(document)
                owner = self.catalog.database(database).number
                self._budgets.check(container.number, owner)
                reply = self._documents.document(request, container, document)
                self._budgets.spend(container.number, owner, reply.charge)
                return _on_items(reply, container)
            case ("dbs", database, "colls", name, "operations", "partitionkeydelete"):
                container = self._container(request, database, name)
                return _on_items(self._documents.delete_partition(request, container), container)
            case ("offers",):
                return await self._containers.offers(request)
            case ("offers", name):
                return self._containers.offer(request, name)
            case _:
                raise unsupported(f"The resource '{request.resource}'")

    def _among_databases(self, reply: Reply) -> Reply:
        """Tell how many databases there are, after a deletion those that are left."""
        reply.headers = usage.of_resources("databases", len(self.catalog.databases)) | reply.headers
        return reply

    def _among_containers(self, reply: Reply) -> Reply:
        """Tell how many containers there are, unless the reply tells what one holds."""
        reply.headers = usage.of_resources("collections", len(self.catalog.containers())) | reply.headers
        return reply

    def _container(self, request: Request, database: str, name: str) -> Container:
        try:
            container = self.catalog.container(database, name)
        except CosmosError as problem:
            raise owner_not_found("Container", name) from problem
        intended = request.headers.get("x-ms-cosmos-intended-collection-rid")
        if intended and intended != container.resource_id:
            raise container_recreated(container.id)
        return container

    def _owner(self, database: str) -> str:
        """The `_rid` of the database with this name, empty if the request has just deleted it."""
        owner = self.catalog.databases.get(database)
        return "" if owner is None else str(owner.properties["_rid"])

    def _purge(self) -> None:
        """Delete what has expired, at most once in a second of Azure's: nothing can be read after its time."""
        now = int(self._clock.timestamp())
        if now != self._purged_at:
            self._purged_at = now
            for container in self.catalog.containers():
                if container.documents.purge():
                    self._store.give_back_soon()


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    """A second of Azure's time as a header has it."""
    return formatdate(second, usegmt=True)


def _on_items(reply: Reply, container: Container) -> Reply:
    reply.headers |= container.documents.usage.headers()
    return _in_container(reply, container)


def _in_container(reply: Reply, container: Container) -> Reply:
    return _owned(reply, container.path, container.resource_id)


def _owned(reply: Reply, path: str, resource_id: str) -> Reply:
    """Name the owner, by names and by `_rid`: the SDK for .NET files session tokens under them."""
    reply.headers["x-ms-alt-content-path"] = path
    reply.headers["x-ms-content-path"] = resource_id
    return reply
