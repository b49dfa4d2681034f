"""Random workflows end as an oracle says, wherever the engine is killed between two transactions."""

import asyncio
import contextlib
import json
import logging
import random
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.durable.errors import ClientError
from local_azure.durable.hub import TaskHub
from local_azure.testing.running_hub import RunningHub
from tests.durable.random_workflows import Shape, event_names, expected, register, shapes

QUIET = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def runner() -> RunningHub:
    """The functions, registered once: the SDK lets an app be indexed only once."""
    hub = RunningHub(Path("not used"), df.DFApp())
    register(hub)
    return hub


@QUIET
@given(shape=shapes())
def test_a_workflow_gives_what_the_oracle_says(runner: RunningHub, shape: Shape):
    status, _ = run(runner, shape, crash_at=[])

    assert (status["runtimeStatus"], status["output"]) == ("Completed", expected(shape))


@QUIET
@given(shape=shapes(), crashes=st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=4))
def test_a_workflow_survives_being_killed_between_transactions(
    runner: RunningHub, shape: Shape, crashes: list[tuple[int, bool]]
):
    status, leftovers = run(runner, shape, crash_at=crashes)

    assert (status["runtimeStatus"], status["output"]) == ("Completed", expected(shape))
    assert leftovers == {"activities": 0, "timers": 0}


def run(hub: RunningHub, shape: Shape, crash_at: list[tuple[int, bool]]) -> tuple[dict[str, Any], dict[str, int]]:
    """Run a workflow to its end; kill the engine before or after the n-th transaction of each life.

    Gives the status, and how many activities and timers are left.
    """
    logging.disable(logging.CRITICAL)  # the kills are logged as failures
    try:
        with tempfile.TemporaryDirectory() as folder:
            hub.database = Path(folder) / "hub.db"
            hub.clock = hub.clock_at_speed(2000)
            return asyncio.run(_run_and_stop(hub, shape, crash_at))
    finally:
        logging.disable(logging.NOTSET)


async def _run_and_stop(
    hub: RunningHub, shape: Shape, crash_at: list[tuple[int, bool]]
) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        return await _run_and_kill(hub, shape, crash_at)
    finally:
        await hub.stop()


async def _run_and_kill(
    hub: RunningHub, shape: Shape, crash_at: list[tuple[int, bool]]
) -> tuple[dict[str, Any], dict[str, int]]:
    await hub.hub()
    instance_id = await hub.start("workflow", {"todo": shape, "got": [], "entity": "root"}, "root")
    names = event_names(shape)
    for number, after_commit in crash_at:
        async with _raising(hub, instance_id, names):
            crashed = crash(await hub.hub(), number, after_commit=after_commit)
            ended = asyncio.ensure_future(hub.ended(instance_id))
            await asyncio.wait([ended, crashed], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        await hub.stop()
    async with _raising(hub, instance_id, names):
        status = await hub.ended(instance_id)
    store = (await hub.hub()).store
    # Signals may still be on their way to the entity.
    await hub.eventually(lambda: _count(store.database, "messages") == 0)
    leftovers = {table: _count(store.database, table) for table in ("activities", "timers")}
    return status, leftovers


@asynccontextmanager
async def _raising(hub: RunningHub, instance_id: str, names: list[str]) -> AsyncGenerator[None]:
    """Raise every event again and again: one that comes before a continue-as-new is lost."""

    async def keep_raising() -> None:
        client = (await hub.hub()).client
        while names:
            with contextlib.suppress(OSError, ClientError):
                for name in names:
                    client.raise_event(instance_id, name, "0")
            await asyncio.sleep(0.05)

    task = asyncio.create_task(keep_raising())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def crash(hub: TaskHub, number: int, *, after_commit: bool) -> "asyncio.Future[None]":
    """From the n-th transaction on nothing is committed any more; the future tells that it has come to that."""
    crashed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    begin = hub.store.transaction
    count = 0

    @contextmanager
    def transaction() -> Generator[sqlite3.Connection]:
        nonlocal count
        count += 1
        if count < number:
            with begin() as database:
                yield database
            return
        if count == number and after_commit:
            with begin() as database:
                yield database
        if not crashed.done():
            crashed.set_result(None)
        raise OSError("killed")

    hub.store.transaction = transaction
    return crashed


def _count(database: sqlite3.Connection, table: str) -> int:
    return database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


@pytest.mark.parametrize("seed", range(3))
def test_a_wide_fan_out_survives_being_killed_again_and_again(runner: RunningHub, seed: int):
    dice = random.Random(seed)
    shape: Shape = [
        ["all", [["activity", n] for n in range(60)]],
        ["all", [["flaky", n, n % 2] for n in range(30)]],
        ["any_order", [["flaky", n, 0] for n in range(30)]],
    ]
    crashes = [(dice.randint(1, 8), dice.random() < 0.5) for _ in range(12)]
    status, leftovers = run(runner, shape, crash_at=crashes)

    assert json.dumps(status["output"]) == json.dumps(expected(shape))
    assert leftovers == {"activities": 0, "timers": 0}
