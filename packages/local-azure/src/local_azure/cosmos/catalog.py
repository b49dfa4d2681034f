"""Databases and containers: their properties, their ids, and the table that holds a container's documents."""

from typing import cast

import msgspec

from local_azure.core.clock import Clock
from local_azure.cosmos import resource_ids, throughput
from local_azure.cosmos.container_settings import key_definition, with_defaults
from local_azure.cosmos.documents import DocumentTable
from local_azure.cosmos.errors import CosmosError, bad_request, conflict, not_found, owner_not_found, unsupported
from local_azure.cosmos.offers import Offers
from local_azure.cosmos.partition_key import KeyDefinition
from local_azure.cosmos.path_index import policy_of
from local_azure.cosmos.ranges import Ranges
from local_azure.cosmos.store import Store
from local_azure.cosmos.throughput import Throughput
from local_azure.cosmos.wire import JsonObject, decode_object, encode

MAX_ID_LENGTH = 255


class Container(msgspec.Struct):
    """A container and its documents; `path` is its address by names, `dbs/fraud/colls/events`."""

    number: int
    id: str
    properties: JsonObject
    path: str
    key: KeyDefinition
    ranges: Ranges
    documents: DocumentTable

    @property
    def resource_id(self) -> str:
        """The `_rid`."""
        return str(self.properties["_rid"])


class Database(msgspec.Struct):
    """A database and its containers by id."""

    number: int
    id: str
    properties: JsonObject
    containers: dict[str, Container] = {}


class Catalog:
    """All databases and containers, held in memory and written through to the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.databases: dict[str, Database] = {}
        self.offers = Offers(store, clock)
        self.load()
        store.on_rollback = self.load

    def load(self) -> None:
        """Read everything anew, at the start and after a commit that failed."""
        self.databases = {}
        self.offers.load()
        by_number: dict[int, Database] = {}
        rows = self._store.execute("SELECT number, parent, id, properties FROM resource ORDER BY number")
        for number, parent, name, properties in rows.fetchall():
            value = decode_object(properties, "A stored resource")
            if parent == 0:
                self.databases[name] = by_number[number] = Database(number, name, value)
            else:
                owner = by_number[parent]
                owner.containers[name] = container = self._container(owner.id, number, name, value)
                self._store.has_reached(container.documents.last_row())

    def containers(self) -> list[Container]:
        """Every container of every database."""
        return [container for database in self.databases.values() for container in database.containers.values()]

    def bring_up(self) -> None:
        """Give containers of an earlier version the indexes of their policies, and the figures of their usage."""
        for container in self.containers():
            container.documents.usage.keep()
            container.documents.follow(policy_of(container.properties, container.key.path))

    def database(self, name: str) -> Database:
        """By id, or by `_rid` as the SDK asks when it is given an item instead of an id. 404 if it does not exist."""
        if database := self.databases.get(name):
            return database
        for database in self.databases.values():
            if database.properties["_rid"] == name:
                return database
        raise not_found("Database", name)

    def container(self, database_name: str, name: str) -> Container:
        """By id, or by `_rid`. 404 if it does not exist, with sub status 1003 if its database does not."""
        try:
            database = self.database(database_name)
        except CosmosError as problem:
            raise owner_not_found("Database", database_name) from problem
        if container := database.containers.get(name):
            return container
        for container in database.containers.values():
            if container.resource_id == name:
                return container
        raise not_found("Container", name)

    def create_database(self, body: JsonObject, asked: Throughput | None = None) -> Database:
        """409 if the id is taken, 400 if it cannot be an id."""
        name = _checked_id(body)
        if name in self.databases:
            raise conflict("Database", name)
        number = self._insert(0, name)
        resource_id = resource_ids.of_database(number)
        properties = self._stamped({"id": name}, resource_id, f"dbs/{resource_id}/")
        properties |= {"_colls": "colls/", "_users": "users/"}
        self._save(number, properties)
        if asked is not None:
            self.offers.create(number, properties, asked)
        self.databases[name] = database = Database(number, name, properties)
        return database

    def create_container(self, database: Database, body: JsonObject, asked: Throughput | None = None) -> Container:
        """409 if the id is taken, 400 for a setting that is malformed or not supported (see `container_settings`)."""
        name = _checked_id(body)
        settings = with_defaults(body)
        if name in database.containers:
            raise conflict("Container", name)
        if asked is not None and asked.ranges > 1 and key_definition(settings).version == 1:
            raise unsupported("A container above 10,000 RU/s whose partition key has the version 1")
        number = self._insert(database.number, name)
        resource_id = resource_ids.of_container(database.number, number)
        link = f"{database.properties['_self']}colls/{resource_id}/"
        properties = self._stamped(settings, resource_id, link) | {"_docs": "docs/"}
        self._save(number, properties)
        if asked is None and not self.offers.has(database.number):
            asked = Throughput(throughput.DEFAULT_THROUGHPUT)
        if asked is not None:
            self.offers.create(number, properties, asked)
        database.containers[name] = container = self._container(database.id, number, name, properties)
        container.documents.create()
        container.documents.follow(policy_of(properties, container.key.path))
        return container

    def replace_container(self, container: Container, body: JsonObject) -> None:
        """Change the default TTL or the indexing policy; documents' expiry follows. The partition key cannot change."""
        settings = with_defaults(body)
        if settings.get("id") != container.id or key_definition(settings) != container.key:
            raise bad_request("The id and the partition key of a container cannot be changed.")
        link = str(container.properties["_self"])
        container.properties = self._stamped(settings, container.resource_id, link) | {"_docs": "docs/"}
        self._save(container.number, container.properties)
        container.documents.set_default_ttl(_default_ttl(settings))
        container.documents.follow(policy_of(settings, container.key.path))

    def delete_container(self, database: Database, container: Container) -> None:
        """Forget the container and its documents."""
        container.documents.drop()
        self.offers.delete(container.number)
        self._store.write("DELETE FROM resource WHERE number = ?", (container.number,))
        del database.containers[container.id]

    def delete_database(self, database: Database) -> None:
        """Forget the database and all within."""
        for container in list(database.containers.values()):
            self.delete_container(database, container)
        self.offers.delete(database.number)
        self._store.write("DELETE FROM resource WHERE number = ?", (database.number,))
        del self.databases[database.id]

    def _container(self, database: str, number: int, name: str, properties: JsonObject) -> Container:
        link = str(properties["_self"])
        prefix = resource_ids.decode(str(properties["_rid"]))
        table = DocumentTable(
            self._store,
            self._clock,
            number,
            link=link,
            resource_prefix=prefix,
            default_ttl=_default_ttl(properties),
            policy=policy_of(properties, key_definition(properties).path),
        )
        ranges = Ranges(self.offers.ranges(number))
        path = f"dbs/{database}/colls/{name}"
        return Container(number, name, properties, path, key_definition(properties), ranges, table)

    def _insert(self, parent: int, name: str) -> int:
        cursor = self._store.write("INSERT INTO resource (parent, id, properties) VALUES (?, ?, '{}')", (parent, name))
        return cast(int, cursor.lastrowid)

    def _save(self, number: int, properties: JsonObject) -> None:
        self._store.write("UPDATE resource SET properties = ? WHERE number = ?", (encode(properties), number))

    def _stamped(self, settings: JsonObject, resource_id: str, link: str) -> JsonObject:
        etag = f'"{self._store.next_sequence():016x}"'
        system: JsonObject = {"_rid": resource_id, "_self": link, "_etag": etag, "_ts": int(self._clock.timestamp())}
        return settings | system


def _default_ttl(settings: JsonObject) -> int | None:
    return cast("int | None", settings.get("defaultTtl"))


def _checked_id(body: JsonObject) -> str:
    name = body.get("id")
    if not isinstance(name, str) or not name or len(name) > MAX_ID_LENGTH or set(name) & set("/\\?#"):
        raise bad_request(
            rf"The input name is invalid: '/', '\', '?' and '#' are not allowed in it. Ensure to provide a unique "
            f"non-empty string less than '{MAX_ID_LENGTH}' characters."
        )
    return name
