"""Continuation tokens of another query, or of nobody: refused, or answered, but never a failure."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.paging import Place, encode_place
from tests.cosmos.query.shop import Shop

POLICY = {"includedPaths": [{"path": "/*"}], "compositeIndexes": [[{"path": "/store_id"}, {"path": "/cust_id"}]]}
BY_ONE = "SELECT VALUE c.id FROM c ORDER BY c.store_id"
BY_TWO = "SELECT VALUE c.id FROM c ORDER BY c.store_id, c.cust_id"
PLAIN = "SELECT VALUE c.id FROM c"
WALKED = "SELECT VALUE c.id FROM c WHERE c.store_id >= 0"
DISTINCT = "SELECT DISTINCT VALUE c.cust_id FROM c"
GROUPED = "SELECT c.cust_id, COUNT(1) AS n FROM c GROUP BY c.cust_id"
JOINED = "SELECT VALUE t FROM c JOIN t IN c.tags"
COUNTED = "SELECT VALUE COUNT(1) FROM c"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    async def make() -> Shop:
        made = Shop(POLICY, 40)
        await made.store.settled()
        return made

    made = asyncio.run(make())
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds so low that a few documents are walked to."""
    monkeypatch.setattr("local_azure.cosmos.query.planner.FEW", 5)
    monkeypatch.setattr("local_azure.cosmos.path_index.SMALL", 0)


@pytest.mark.parametrize(
    ("of", "to"),
    [
        (BY_ONE, BY_TWO),
        (BY_TWO, BY_ONE),
        (PLAIN, BY_ONE),
        (WALKED, BY_ONE),
        (BY_ONE, PLAIN),
        (BY_ONE, GROUPED),
        (BY_TWO, DISTINCT),
        (WALKED, DISTINCT),
        (WALKED, GROUPED),
        (WALKED, COUNTED),
        (PLAIN, DISTINCT),
        (DISTINCT, PLAIN),
        (GROUPED, BY_ONE),
    ],
)
async def test_the_token_of_a_query_with_another_order_is_refused(shop: Shop, of: str, to: str) -> None:
    page, _ = await shop.ask(of, size=2)
    assert page.continuation is not None
    with pytest.raises(CosmosError, match="belongs to another query") as refusal:
        await shop.ask(to, size=2, token=page.continuation)
    assert refusal.value.status == 400


@pytest.mark.parametrize("keys", [[(3, 1)], [(3, "x")], [(9, 1)], [(0, "x"), (0, 0)], [(3, None), (4, "a")], [], None])
async def test_keys_that_no_order_has_are_refused(shop: Shop, keys: Any) -> None:
    with pytest.raises(CosmosError, match="belongs to another query"):
        await shop.ask(BY_TWO, token=encode_place(Place(1, keys=keys)))


WHOLE = st.integers(-1, 2**70)
KEYS = st.lists(st.tuples(st.integers(-1, 9), st.one_of(st.none(), st.booleans(), WHOLE, st.floats(), st.just("x"))))
PLACES = st.tuples(WHOLE, WHOLE, st.one_of(st.none(), WHOLE), st.one_of(st.none(), KEYS), WHOLE)
WALKS = st.sampled_from([None, "", "636f6465", "73746f72655f6964"])
QUERIES = st.sampled_from([BY_ONE, BY_TWO, PLAIN, WALKED, DISTINCT, GROUPED, JOINED, COUNTED])


@settings(max_examples=300)
@example(query=PLAIN, place=(2**63, 0, None, None, 0), texts=(None, None))
@given(query=QUERIES, place=PLACES, texts=st.tuples(WALKS, st.sampled_from([None, "", "7", "ä"])))
def test_a_token_that_was_never_given_is_answered_or_refused(
    query: str, place: tuple[object, ...], texts: tuple[str | None, str | None]
) -> None:
    token = base64.urlsafe_b64encode(msgspec.json.encode([*place, *texts])).decode()

    async def run() -> None:
        shop = Shop(POLICY, 8)
        with suppress(CosmosError):
            await shop.ask(query, size=2, token=token)
        await shop.store.settled()
        shop.store.close()

    asyncio.run(run())
