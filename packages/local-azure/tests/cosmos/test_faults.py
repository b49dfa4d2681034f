"""Throttling, latency and full partitions on demand."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from local_azure.core.connections import COSMOS_KEY
from tests.cosmos.running import Cosmos

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_only")]

BOOTSTRAP = str(Path(__file__).parents[1] / "data" / "entities" / "cosmos.json")
EVENT = {"id": "e", "store_id": "7"}


@pytest.fixture
def part(state: Path) -> Iterator[Cosmos]:
    running = Cosmos(state, "--bootstrap", BOOTSTRAP)
    yield running
    running.stop()


async def set_faults(part: Cosmos, **faults: float) -> int:
    async with aiohttp.ClientSession() as session, session.post(f"{part.endpoint}_local/faults", json=faults) as answer:
        return answer.status


async def test_throttled_requests_are_tried_again_by_the_sdk(part: Cosmos) -> None:
    await set_faults(part, throttle_rate=0.4, retry_after_ms=1)
    with CosmosClient(part.endpoint, COSMOS_KEY, retry_throttle_total=30) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        for number in range(30):
            container.create_item(EVENT | {"id": str(number)})
        assert len(list(container.read_all_items())) == 30


async def test_an_endless_throttle_ends_in_429_with_the_time_to_wait(part: Cosmos) -> None:
    await set_faults(part, throttle_rate=1, retry_after_ms=5)
    with CosmosClient(part.endpoint, COSMOS_KEY, retry_throttle_total=2) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        with pytest.raises(CosmosHttpResponseError) as refusal:
            container.create_item(EVENT)
        assert refusal.value.status_code == 429
        assert refusal.value.sub_status == 3200
        await set_faults(part)
        container.create_item(EVENT)


async def test_latency_is_added(part: Cosmos) -> None:
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        container.create_item(EVENT)
        await set_faults(part, latency_ms=150)
        start = time.monotonic()
        container.read_item("e", "7")
        assert time.monotonic() - start >= 0.15


async def test_a_full_partition_refuses_new_documents_with_its_sub_status_and_gives_the_old_ones(part: Cosmos) -> None:
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        container.create_item(EVENT)
        await set_faults(part, full=True)
        with pytest.raises(CosmosHttpResponseError) as refusal:
            container.create_item(EVENT | {"id": "f"})
        with pytest.raises(CosmosBatchOperationError) as refusal_of_batch:
            container.execute_item_batch([("create", (EVENT | {"id": "g"},)), ("read", ("e",))], "7")
        assert (refusal.value.status_code, refusal.value.sub_status) == (403, 1014)
        answers: Any = refusal_of_batch.value.operation_responses
        assert [(answer["statusCode"], answer.get("subStatusCode")) for answer in answers] == [(403, 1014), (424, None)]
        assert container.read_item("e", "7")["id"] == "e"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_no_page_of_elsewhere_sets_faults(part: Cosmos, headers: dict[str, str]) -> None:
    address = f"{part.endpoint}_local/faults"
    async with aiohttp.ClientSession() as session, session.post(address, json={}, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("faults", [{"throttle_rate": 1.5}, {"latency_ms": -1}, {"typo": 1}])
async def test_faults_that_cannot_be_are_refused(part: Cosmos, faults: dict[str, float]) -> None:
    assert await set_faults(part, **faults) == 400


async def test_the_part_tells_what_its_answers_were_charged(part: Cosmos) -> None:
    async def charges() -> dict[str, Any]:
        async with aiohttp.ClientSession() as session, session.get(f"{part.endpoint}_local/charges") as answer:
            return await answer.json()

    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        container.create_item(EVENT)
        before = await charges()
        container.read_item("e", "7")
        read = await charges()
        assert len(list(container.query_items("SELECT * FROM c", partition_key="7"))) == 1

    assert before["requests"] == 1
    assert (read["requests"], read["query_pages"]) == (2, 0)
    assert read["charge"] == pytest.approx(before["charge"] + 1, abs=0.01)
    queried = await charges()
    assert (queried["query_pages"], queried["query_documents"]) == (1, 1)
    assert queried["query_bytes"] > len(msgspec.json.encode(EVENT))
