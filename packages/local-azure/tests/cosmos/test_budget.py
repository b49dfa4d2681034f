"""Provisioned throughput as a bound, where it is enforced."""

# pyright: reportUnknownMemberType=false
from pathlib import Path

import aiohttp
import pytest
from azure.cosmos import CosmosClient

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.cosmos.budget import Budgets
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.offers import Offers
from local_azure.cosmos.store import Store
from local_azure.cosmos.throughput import Throughput
from tests.cosmos.running import Cosmos
from tests.cosmos.signed import DOCS, in_store
from tests.data import ENTITIES

CONTAINER, DATABASE = 2, 1


CLOCK = Clock()


class Watch:
    """The time, which stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_000.0


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr("local_azure.core.clock.time.time", lambda: watch.seconds)
    return watch


@pytest.fixture
async def offers(watch: Watch) -> Offers:
    assert watch.seconds
    offers = Offers(Store(Path(":memory:")), CLOCK)
    offers.create(DATABASE, {"_self": "dbs/d/", "_rid": "d"}, Throughput(1_000))
    offers.create(CONTAINER, {"_self": "dbs/d/colls/c/", "_rid": "c"}, Throughput(400))
    return offers


async def test_who_has_spent_a_second_waits_until_the_debt_is_paid(offers: Offers, watch: Watch) -> None:
    budgets = Budgets(offers, CLOCK, enforced=True)
    budgets.check(CONTAINER, DATABASE)
    budgets.spend(CONTAINER, DATABASE, 1_000)
    with pytest.raises(CosmosError, match="400 RU/s") as refusal:
        budgets.check(CONTAINER, DATABASE)
    assert (refusal.value.status, refusal.value.headers["x-ms-retry-after-ms"]) == (429, "1501")
    watch.seconds += 1.4
    with pytest.raises(CosmosError):
        budgets.check(CONTAINER, DATABASE)
    watch.seconds += 0.2
    budgets.check(CONTAINER, DATABASE)


async def test_containers_without_a_throughput_of_their_own_share_that_of_the_database(offers: Offers) -> None:
    budgets = Budgets(offers, CLOCK, enforced=True)
    budgets.check(8, DATABASE)
    budgets.spend(8, DATABASE, 1_001)
    with pytest.raises(CosmosError, match="1000 RU/s"):
        budgets.check(9, DATABASE)
    budgets.check(CONTAINER, DATABASE)


async def test_nothing_is_refused_where_it_is_not_enforced(offers: Offers) -> None:
    budgets = Budgets(offers, CLOCK, enforced=False)
    budgets.spend(CONTAINER, DATABASE, 10_000)
    budgets.check(CONTAINER, DATABASE)


@pytest.mark.slow
@pytest.mark.usefixtures("local_only")
async def test_a_container_that_has_spent_its_throughput_answers_429_and_the_sdk_waits(state: Path) -> None:
    part = Cosmos(state, "--enforce-throughput", "--bootstrap", str(ENTITIES / "cosmos.json"))
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        container.create_item({"id": "large", "store_id": "7", "pad": "x" * 1_500_000})
        headers = in_store("7", "GET", f"{DOCS}/large")
        async with aiohttp.ClientSession(part.endpoint) as http, http.get(f"{DOCS}/large", headers=headers) as answer:
            assert (answer.status, answer.headers["x-ms-substatus"]) == (429, "3200")
            assert 0 < int(answer.headers["x-ms-retry-after-ms"]) < 2_000
        container.create_item({"id": "small", "store_id": "7"})
    assert part.stop() == 0
