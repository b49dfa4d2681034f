"""Guarantees between requests of one turn of the event loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.core.faults import Held
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.query import scan
from local_azure.cosmos.request import Request
from local_azure.cosmos.service import Service
from local_azure.cosmos.store import Store
from tests.cosmos.signed import DOCS, as_query, in_store, signed

EVENTS = DOCS.removesuffix("/docs")


def request(method: str, path: str, body: bytes, headers: dict[str, str]) -> Request:
    return Request(method, tuple(path.strip("/").split("/")), headers, body, "http://local")


@pytest.fixture
async def service(state: Path) -> Service:
    made = Service(state, Clock(), AccountKey(COSMOS_KEY), Held(Faults()))
    await made.answer(request("POST", "/dbs", b'{"id": "fraud"}', signed("POST", "/dbs")))
    container = b'{"id": "events", "partitionKey": {"paths": ["/store_id"]}}'
    await made.answer(request("POST", "/dbs/fraud/colls", container, signed("POST", "/dbs/fraud/colls")))
    return made


def create(name: str) -> Request:
    return request("POST", DOCS, b'{"id": "%b", "store_id": "7"}' % name.encode(), in_store("7"))


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each commit of any store."""
    made: list[str] = []
    original: Callable[[Store], None] = Store._commit  # pyright: ignore[reportPrivateUsage]

    def counted(store: Store) -> None:
        original(store)
        made.append("commit")

    monkeypatch.setattr(Store, "_commit", counted)
    return made


async def test_a_conflict_is_told_only_after_the_item_it_speaks_of_is_committed(
    service: Service, commits: list[str]
) -> None:
    async def send() -> str:
        try:
            await service.answer(create("same"))
        except CosmosError as refusal:
            return f"{refusal.status} after {len(commits)}"
        return f"created after {len(commits)}"

    commits.clear()
    assert await asyncio.gather(send(), send()) == ["created after 1", "409 after 1"]
    service.close()


async def test_a_container_dropped_under_a_query_ends_the_query_and_nothing_else(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "SLICE_SECONDS", 0)
    for number in range(5):
        await service.answer(create(str(number)))
    query = b'{"query": "SELECT * FROM c WHERE c.absent = 1"}'
    reading = asyncio.create_task(service.answer(request("POST", DOCS, query, as_query())))
    await asyncio.sleep(0)
    dropped = await service.answer(request("DELETE", EVENTS, b"", signed("DELETE", EVENTS)))
    assert dropped.status == 204
    with pytest.raises(CosmosError) as refusal:
        await reading
    assert refusal.value.status == 404
    service.close()


async def test_a_query_that_takes_too_long_is_ended(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SLICE_SECONDS", 0)
    monkeypatch.setattr(scan, "MAX_QUERY_SECONDS", 0)
    for number in range(3):
        await service.answer(create(str(number)))
    with pytest.raises(CosmosError) as refusal:
        await service.answer(request("POST", DOCS, b'{"query": "SELECT * FROM c WHERE c.absent = 1"}', as_query()))
    assert refusal.value.status == 408
    service.close()
