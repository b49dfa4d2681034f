"""Writers of the chain that overtake one another, and die wherever they are, leave one chain that is in order."""
# pyright: reportPrivateUsage=false

import asyncio
from random import Random
from typing import Any

import pytest

from activities.reconciliation import chain
from activities.reconciliation.chain import append, verify_chain
from reconciliation.chain import Head
from services import blobs
from services.clients import CachedClient
from tests.support import memory_blobs
from tests.support.memory_blobs import MemoryAccount

PATHS = [f"reconciliations/{number}/report.json" for number in range(3)]


async def reports_in_memory(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Reports, and a chain whose writers do not wait for one another."""
    account = MemoryAccount(seed)

    async def opened(_: object) -> MemoryAccount:
        return account

    for name in ("_warehouse", "_jobs_storage"):
        monkeypatch.setattr(blobs, name, CachedClient[Any](opened))
    monkeypatch.setattr(chain, "_A_MOMENT", 0)
    for path in PATHS:
        await account.container("reports").upload_blob(path, path.encode())


def write(path: str) -> asyncio.Task[Head]:
    return asyncio.create_task(append(path, [path]))


@pytest.mark.parametrize("seed", range(40))
async def test_writers_that_die_or_are_overtaken_leave_a_chain_that_is_in_order(
    monkeypatch: pytest.MonkeyPatch, seed: int
):
    await reports_in_memory(monkeypatch, seed)
    monkeypatch.setattr(memory_blobs, "_MOST_TURNS", 60)
    random = Random(seed)
    writers = [write(path) for path in PATHS]
    for _ in range(random.randrange(600)):
        await asyncio.sleep(0)
    for writer in writers[:1]:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)

    # Whoever has died comes again, as an activity does; and what a writer was told stands.
    for path in PATHS:
        await append(path, [path])

    for writer in writers[1:]:
        assert (await verify_chain(writer.result())).problems == []


@pytest.mark.parametrize("delayed", ["_put", "move_head"])
async def test_a_writer_that_was_overtaken_replaces_nothing(monkeypatch: pytest.MonkeyPatch, delayed: str):
    await reports_in_memory(monkeypatch, seed=1)
    undelayed, may_go_on = getattr(chain, delayed), asyncio.Event()

    async def late(*given: Any) -> bool:
        monkeypatch.setattr(chain, delayed, undelayed)
        await may_go_on.wait()
        return await undelayed(*given)

    monkeypatch.setattr(chain, delayed, late)
    first = write(PATHS[0])
    for _ in range(200):
        await asyncio.sleep(0)
    second = await append(PATHS[1], PATHS[1:2])
    await append(PATHS[2], PATHS[2:])
    may_go_on.set()
    await first

    assert (await verify_chain(second)).problems == []
