"""A part's file: what was deleted is given back to the disk, and its log does not stay long."""

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path
from random import Random

import pytest

from local_azure.core import sqlite as module
from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import Dictionaries
from local_azure.core.sqlite import give_back, open_database
from local_azure.cosmos import store as cosmos
from local_azure.cosmos.catalog import Catalog
from local_azure.durable.purge import purge_by
from local_azure.durable.queries import InstanceFilter
from local_azure.durable.store import Store
from local_azure.event_hubs import store as hubs
from local_azure.event_hubs.events import accept_event
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.retention import keep_retention
from tests.amqp.raw import event

SCHEMA = "CREATE TABLE IF NOT EXISTS t(body BLOB)"
ROWS = 2_000


def size(path: Path) -> int:
    """The bytes of a file once its log is in it."""
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def test_free_pages_are_given_back_in_small_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGES_AT_ONCE", 100)
    database = open_database(tmp_path / "x.db", SCHEMA)
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO t VALUES(?)", [(b"x" * 1_000,)] * ROWS)
    database.execute("COMMIT")
    full = size(tmp_path / "x.db")
    database.execute("DELETE FROM t")

    parts = 1
    while give_back(database):
        parts += 1

    assert parts > 4
    assert size(tmp_path / "x.db") < full / 20
    assert not give_back(database)
    database.close()


def test_a_log_that_a_large_transaction_made_grow_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_LOG_BYTES", 100_000)
    database = open_database(tmp_path / "x.db", SCHEMA)
    log = tmp_path / "x.db-wal"
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO t VALUES(?)", [(b"x" * 1_000,)] * 6_000)
    database.execute("COMMIT")
    assert log.stat().st_size > 5_000_000

    for _ in range(3):
        database.execute("INSERT INTO t VALUES('x')")

    assert log.stat().st_size <= 100_000
    database.close()


async def test_the_hub_gives_back_what_is_past_its_retention(tmp_path: Path):
    path = tmp_path / "log.sqlite"
    now = time.time()
    clock = Clock(real_origin=now, azure_origin=now, speed=1_000)
    commits = GroupCommit(hubs.open_store(path), lambda error: pytest.fail(str(error)))
    _, (number,) = hubs.ensure_hub(commits.database, "hub", 1, 1)
    partition = Partition(commits, Dictionaries(commits.database), number, 0, lambda: int(clock.timestamp() * 1_000))
    partition.append([accept_event(event(b"x" * 1_000))] * ROWS, None)
    commits.commit()
    full = size(path)

    keeping = asyncio.create_task(keep_retention([partition], 0.001, clock, lambda each: ROWS, commits))
    async with asyncio.timeout(10):
        while size(path) > full / 20:
            await asyncio.sleep(0.02)
    keeping.cancel()

    assert partition.info().empty
    commits.database.close()


async def test_the_task_hub_gives_back_the_histories_that_were_purged(tmp_path: Path):
    store = Store(tmp_path / "durable.db")
    store.database.execute("BEGIN IMMEDIATE")
    for number in range(200):
        columns, values = "id, execution, name, status, created, updated", "?, 'x', 'x', 'Completed', 1, 1"
        store.database.execute(f"INSERT INTO instances({columns}) VALUES({values})", (f"i{number}",))
        store.database.execute("INSERT INTO history VALUES(?, 0, ?)", (f"i{number}", "x" * 10_000))
    store.database.execute("COMMIT")
    pages = "PRAGMA page_count"
    (full,) = store.database.execute(pages).fetchone()

    assert await purge_by(store, InstanceFilter(), lambda _: None) == 200

    assert store.database.execute(pages).fetchone()[0] < full / 10
    store.close()


async def test_cosmos_gives_back_what_has_expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "_GIVES_BACK_AFTER_SECONDS", 0.0)
    store = cosmos.Store(tmp_path / "cosmos.db")
    store.write(SCHEMA)
    for _ in range(ROWS):
        store.write("INSERT INTO t VALUES(?)", (b"x" * 1_000,))
    await store.settled()
    full = size(tmp_path / "cosmos.db")

    store.write("DELETE FROM t")
    store.give_back_soon()
    async with asyncio.timeout(10):
        while size(tmp_path / "cosmos.db") > full / 10:
            await asyncio.sleep(0.02)
    store.close()


@pytest.mark.parametrize("how", ["partition", "container"])
async def test_cosmos_gives_back_what_is_deleted_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str):
    monkeypatch.setattr(cosmos, "_GIVES_BACK_AFTER_SECONDS", 0.0)
    store = cosmos.Store(tmp_path / "cosmos.db")
    catalog = Catalog(store, Clock())
    database = catalog.create_database({"id": "d"})
    container = catalog.create_container(database, {"id": "c", "partitionKey": {"paths": ["/store_id"]}})
    for number in range(200):
        text = Random(number).randbytes(4_000).hex()
        container.documents.create_item('["7"]', {"id": str(number), "store_id": "7", "text": text})
    await store.settled()
    full = size(tmp_path / "cosmos.db")

    if how == "partition":
        container.documents.delete_partition('["7"]')
    else:
        catalog.delete_container(database, container)
    async with asyncio.timeout(10):
        while size(tmp_path / "cosmos.db") > full / 5:
            await asyncio.sleep(0.02)
    store.close()
