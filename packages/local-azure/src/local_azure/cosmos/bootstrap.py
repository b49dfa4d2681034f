"""Databases and containers that exist from the start, as a file names them.

`{"databases": [{"id": "fraud", "containers": [{"id": "events", "partitionKey": "/store_id", "defaultTtl": 2592000}]}]}`
"""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.cosmos.catalog import Catalog
from local_azure.cosmos.container_settings import key_definition
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.indexing_policy import with_policy_defaults
from local_azure.cosmos.wire import JsonObject


class ContainerSpec(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`default_ttl` in seconds; without it no document expires."""

    id: str
    partition_key: str
    default_ttl: int | None = None
    indexing_policy: dict[str, Any] | None = None

    def settings(self) -> JsonObject:
        """The container as an SDK would create it."""
        settings: JsonObject = {
            "id": self.id,
            "partitionKey": {"paths": [self.partition_key], "kind": "Hash", "version": 2},
        }
        if self.default_ttl is not None:
            settings["defaultTtl"] = self.default_ttl
        if self.indexing_policy is not None:
            settings["indexingPolicy"] = self.indexing_policy
        return settings


class DatabaseSpec(msgspec.Struct, forbid_unknown_fields=True):
    """A database and its containers."""

    id: str
    containers: list[ContainerSpec] = []


class Bootstrap(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    databases: list[DatabaseSpec]


def read_bootstrap(file: Path) -> Bootstrap:
    """CannotStartError if the file is missing or is not a bootstrap."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Bootstrap)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise CannotStartError(f"the bootstrap file {file} cannot be used: {problem}") from problem


def create_absent(catalog: Catalog, bootstrap: Bootstrap) -> list[str]:
    """Create what does not exist yet, and leave what does as it stands; the links of what was created.

    An indexing policy that the file names is that of an existing container too: a query may need what it adds.
    Raises CannotStartError if a container exists with another partition key: its documents were written for that one.
    """
    created: list[str] = []
    try:
        for wanted in bootstrap.databases:
            database = catalog.databases.get(wanted.id)
            if database is None:
                database = catalog.create_database({"id": wanted.id})
                created.append(f"dbs/{wanted.id}")
            for container in wanted.containers:
                link = f"dbs/{wanted.id}/colls/{container.id}"
                existing = database.containers.get(container.id)
                if existing is None:
                    catalog.create_container(database, container.settings())
                    created.append(link)
                elif existing.key.paths != key_definition(container.settings()).paths:
                    raise CannotStartError(
                        f"{link} exists with the partition key {existing.key}, and the bootstrap file says "
                        f"{container.partition_key}: its state was made for an earlier version; forget it "
                        "(`make reset`, or another --state folder)"
                    )
                elif container.indexing_policy is not None:
                    policy = with_policy_defaults(container.indexing_policy)
                    if existing.properties.get("indexingPolicy") != policy:
                        catalog.replace_container(existing, {**existing.properties, "indexingPolicy": policy})
    except CosmosError as refusal:
        raise CannotStartError(f"the bootstrap file asks for what cannot be: {refusal.message}") from refusal
    return created
