"""The used space as answers tell it: true after every write, and never counted for it."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.errors import CosmosError, bad_request
from local_azure.cosmos.store import Store
from local_azure.cosmos.usage import USAGE
from local_azure.cosmos.wire import JsonObject

CONTAINER: JsonObject = {"id": "c", "partitionKey": {"paths": ["/store_id"]}, "defaultTtl": -1}


def opened(state: Path) -> tuple[Store, Catalog]:
    store = Store(state / "cosmos.db")
    return store, Catalog(store, Clock())


def document(name: str, **members: object) -> JsonObject:
    return json.loads(json.dumps({"id": name, "store_id": "7", **members}))


def used(container: Container) -> dict[str, int]:
    """The figures of an answer about items."""
    pairs = (pair.split("=") for pair in container.documents.usage.headers()[USAGE].rstrip(";").split(";"))
    return {name: int(value) for name, value in pairs}


def counted(store: Store, container: Container) -> tuple[int, int]:
    """The same, counted."""
    query = f"SELECT count(*), coalesce(sum(length(plain(body))), 0) FROM {container.documents.table}"
    documents, size = store.execute(query).fetchone()
    return documents, -(-size // 1024)


async def test_the_usage_is_true_after_writes_of_every_kind(state: Path) -> None:
    store, catalog = opened(state)
    container = catalog.create_container(catalog.create_database({"id": "d"}), CONTAINER)
    documents = container.documents

    def check(number: int) -> None:
        told = used(container)
        assert (told["documentsCount"], told["documentsSize"]) == counted(store, container)
        assert (told["documentsCount"], told["documentSize"]) == (number, told["collectionSize"] // 1024)

    check(0)
    for name in ("a", "b", "c", "d"):
        documents.create_item("7", document(name, text="x" * 700_000))
    check(4)
    assert used(container)["documentSize"] == 2, "in MB, where the others are in KB"
    with pytest.raises(CosmosError):
        documents.create_item("7", document("a"))
    documents.upsert_item("7", document("a"))
    old = documents.to_write("7", "b")
    documents.replace_item("7", "b", old, document("new", text="y" * 2_000))
    check(4)
    documents.delete_item("7", "c")
    check(3)

    def refuse() -> None:
        documents.create_item("7", document("within"))
        raise bad_request("the batch is undone")

    with pytest.raises(CosmosError), store.atomic():
        refuse()
    check(3)
    documents.create_item("7", document("brief", ttl=1))
    await asyncio.sleep(1.1)
    assert documents.purge() == 1
    check(3)
    documents.delete_partition("7")
    check(0)
    await store.settled()
    store.close()


async def test_the_usage_is_in_the_file_with_the_documents_and_is_undone_with_them(state: Path) -> None:
    store, catalog = opened(state)
    container = catalog.create_container(catalog.create_database({"id": "d"}), CONTAINER)
    for name in ("a", "b"):
        container.documents.create_item("7", document(name))
    await store.settled()
    with sqlite3.connect(state / "cosmos.db") as reader:
        assert reader.execute("SELECT documents FROM usage").fetchall() == [(2,)]
    container.documents.create_item("7", document("c", text="x" * 5_000))
    container.documents.delete_item("7", "a")
    assert (used(container)["documentsCount"], used(container)["documentsSize"]) == counted(store, container) == (2, 6)
    store.abandon(sqlite3.OperationalError("the disk is full"))
    container = catalog.container("d", "c")
    assert (used(container)["documentsCount"], used(container)["documentsSize"]) == counted(store, container) == (2, 1)
    store.close()


async def test_a_container_of_an_earlier_version_gets_its_figures_at_the_start(state: Path) -> None:
    store, catalog = opened(state)
    container = catalog.create_container(catalog.create_database({"id": "d"}), CONTAINER)
    container.documents.create_item("7", document("a", text="x" * 5_000))
    await store.settled()
    store.write(f"DROP TRIGGER {container.documents.table}_delete")
    store.write("DROP TABLE usage")
    await store.settled()
    store.close()

    store, catalog = opened(state)
    catalog.bring_up()
    container = catalog.container("d", "c")
    container.documents.create_item("7", document("b"))
    told = used(container)
    assert (told["documentsCount"], told["documentsSize"]) == counted(store, container) == (2, 6)
    catalog.delete_database(catalog.database("d"))
    assert store.execute("SELECT count(*) FROM usage").fetchone() == (0,)
    await store.settled()
    store.close()


async def test_what_an_earlier_version_counted_by_triggers_is_counted_once(state: Path) -> None:
    store, catalog = opened(state)
    container = catalog.create_container(catalog.create_database({"id": "d"}), CONTAINER)
    documents = container.documents
    documents.create_item("7", document("a", text="x" * 5_000))
    for event, size in (
        ("INSERT", "json_size(NEW.body)"),
        ("UPDATE OF body", "json_size(NEW.body) - json_size(OLD.body)"),
    ):
        name = f"{documents.table}_{event.partition(' ')[0].lower()}"
        more = f"documents = documents + {int(event == 'INSERT')}, bytes = bytes + {size}"
        store.write(f"CREATE TRIGGER {name} AFTER {event} ON {documents.table} BEGIN UPDATE usage SET {more}; END")
    await store.settled()
    store.close()

    store, catalog = opened(state)
    catalog.bring_up()
    container = catalog.container("d", "c")
    container.documents.create_item("7", document("b", text="x" * 3_000))
    container.documents.upsert_item("7", document("a", text="y" * 9_000))
    told = used(container)
    assert (told["documentsCount"], told["documentsSize"]) == counted(store, container) == (2, 13)
    await store.settled()
    store.close()
