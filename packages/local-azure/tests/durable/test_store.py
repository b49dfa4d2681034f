"""The task hub's file."""

import sqlite3
from pathlib import Path

from local_azure.durable.store import SCHEMA, Instance, Store, put_instance

_BEFORE = SCHEMA.replace("parent_task INTEGER, generation INTEGER", "parent_task INTEGER, rewindable TEXT")


def test_a_file_of_an_older_version_is_taken_over(tmp_path: Path):
    assert _BEFORE != SCHEMA
    with sqlite3.connect(tmp_path / "hub.db") as database:
        database.executescript(_BEFORE)
    database.close()
    instance = Instance(id="a", execution="e", name="n", created=1.0, updated=2.0, generation=3)

    store = Store(tmp_path / "hub.db")
    with store.transaction() as transaction:
        put_instance(transaction, instance)

    assert store.instance("a") == instance
    store.close()
