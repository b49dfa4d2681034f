"""Turns and their commits: together, all or nothing, and refused as a whole when the file is full."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog
from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject

ADD = "INSERT INTO resource (parent, id, properties) VALUES (0, ?, '{}')"
CONTAINER: JsonObject = {"id": "c", "partitionKey": {"paths": ["/store_id"]}}


def names(file: Path) -> list[str]:
    """The ids that another process would read."""
    with sqlite3.connect(file) as reader:
        return [name for (name,) in reader.execute("SELECT id FROM resource ORDER BY id")]


async def test_the_writers_of_a_turn_are_committed_together(state: Path) -> None:
    store = Store(state / "cosmos.db")
    seen: list[list[str]] = []

    async def write(name: str) -> None:
        store.write(ADD, (name,))
        seen.append(names(state / "cosmos.db"))
        await store.settled()
        seen.append(names(state / "cosmos.db"))

    await asyncio.gather(write("a"), write("b"))
    assert seen == [[], [], ["a", "b"], ["a", "b"]]
    store.close()


@pytest.mark.parametrize("problem", [bad_request("no"), RuntimeError("not foreseen")])
async def test_what_fails_within_a_batch_leaves_the_rest_of_the_turn(state: Path, problem: Exception) -> None:
    store = Store(state / "cosmos.db")
    store.write(ADD, ("before",))

    def fail() -> None:
        store.write(ADD, ("within",))
        raise problem

    with pytest.raises(type(problem)), store.atomic():
        fail()
    store.write(ADD, ("after",))
    await store.settled()
    assert names(state / "cosmos.db") == ["after", "before"]
    store.close()


async def test_a_full_file_undoes_the_turn_and_memory_follows(state: Path) -> None:
    store = Store(state / "cosmos.db")
    catalog = Catalog(store, Clock())
    database = catalog.create_database({"id": "kept"})
    await store.settled()
    store.execute(f"PRAGMA max_page_count = {store.execute('PRAGMA page_count').fetchone()[0]}")
    catalog.create_database({"id": "lost"})
    with pytest.raises(sqlite3.OperationalError) as problem:
        catalog.create_container(database, CONTAINER)
    refusal = store.abandon(problem.value)
    assert refusal.status == 503
    assert list(catalog.databases) == ["kept"]
    assert not catalog.databases["kept"].containers
    store.execute("PRAGMA max_page_count = 1000000")
    catalog.create_container(catalog.databases["kept"], CONTAINER)
    await store.settled()
    assert names(state / "cosmos.db") == ["c", "kept"]
    store.close()


async def test_sequences_go_up_across_starts(state: Path) -> None:
    before = Store(state / "cosmos.db")
    numbers = [before.next_sequence() for _ in range(1_000)]
    assert numbers == sorted(set(numbers))
    before.close()
    after = Store(state / "cosmos.db")
    assert after.next_sequence() > numbers[-1]
    after.close()
