"""Group commit: one commit per turn, answers after it, nothing acknowledged that is not stored."""

import asyncio
import sqlite3

import pytest

from local_azure.core.group_commit import GroupCommit, StoreFailedError


@pytest.fixture
def database(tmp_path: object) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{tmp_path}/db", isolation_level=None)
    connection.execute("CREATE TABLE item(id INTEGER PRIMARY KEY)")
    return connection


async def test_a_turn_is_one_commit_and_its_answers_follow(database: sqlite3.Connection):
    failures: list[Exception] = []
    statements: list[str] = []
    database.set_trace_callback(statements.append)
    commits = GroupCommit(database, failures.append)
    answered: list[int] = []
    for number in range(3):
        commits.execute("INSERT INTO item VALUES(?)", (number,))
        commits.after_commit(lambda number=number: answered.append(number))
    assert answered == []
    await asyncio.sleep(0)
    assert answered == [0, 1, 2]
    assert statements.count("COMMIT") == 1
    assert failures == []


async def test_a_store_that_fails_acknowledges_nothing_and_takes_nothing_more(database: sqlite3.Connection):
    failures: list[Exception] = []
    commits = GroupCommit(database, failures.append)
    answered: list[int] = []
    commits.execute("INSERT INTO item VALUES(1)")
    commits.after_commit(lambda: answered.append(1))
    with pytest.raises(StoreFailedError, match="store has failed"):
        commits.execute("INSERT INTO item VALUES(1)")
    await asyncio.sleep(0)
    assert answered == []
    assert len(failures) == 1
    assert database.execute("SELECT count(*) FROM item").fetchone() == (0,)
    with pytest.raises(StoreFailedError, match="store has failed"):
        commits.execute("INSERT INTO item VALUES(2)")


async def test_a_callback_that_fails_does_not_stop_the_others(database: sqlite3.Connection):
    commits = GroupCommit(database, lambda _: None)
    answered: list[int] = []

    def fail() -> None:
        raise RuntimeError("a bug")

    commits.after_commit(fail)
    commits.after_commit(lambda: answered.append(1))
    await asyncio.sleep(0)
    assert answered == [1]
