"""A case that somebody who may write documents has altered hides none of the others, and stands for none of them."""

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest
import pytest_asyncio

from fraud.desk.queries import CaseQuery
from fraud.judging import judged
from fraud.verdicts import case_of
from fraud.windows import Window, store_label
from services import cosmos
from services.clients import close_clients
from services.desk.cases import find_case, list_cases
from services.desk.cases_naming import cases_naming
from services.settings import settings
from tests.support.parts import cosmos as local_cosmos

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

END = datetime(2026, 1, 2, 10, 10, tzinfo=UTC)
WINDOW = Window(END - timedelta(minutes=5), END)
"""A window of which each test has its own store."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The app's settings lead to a Cosmos of this file."""
    with local_cosmos(tmp_path_factory.mktemp("cosmos")) as theirs, pytest.MonkeyPatch.context() as patch:
        for name in ("AzureWebJobsStorage", "Warehouse"):
            patch.setenv(name, "UseDevelopmentStorage=true")
        for name in ("EventHubs", "ServiceBus"):
            patch.setenv(name, "Endpoint=sb://nowhere/;SharedAccessKeyName=a;SharedAccessKey=b")
        patch.setenv("RECONCILIATION_SCHEDULE", "0 30 2 * * *")
        for name, value in theirs.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def clients(services: None) -> AsyncIterator[None]:
    """The app's clients on the loop of these tests; closed at the end."""
    yield
    await close_clients()


@pytest.fixture
def store() -> int:
    """A store of the test's own."""
    return uuid.uuid4().int % 10**9


def case_in(store: int, name: str) -> dict[str, Any]:
    """A case as an analysis writes it."""
    sale = {"id": name, "store_id": store, "discount": 60, "priority_shipping": True, "price": 10.0, "qty": 2}
    case_id = f"window-{store_label(store)}-20260102T101000Z-{name}"
    case = case_of(case_id, store, WINDOW, [judged(sale, store, WINDOW, None)], f"fraud-events/{name}.ndjson")
    return msgspec.to_builtins(case)


async def listed(store: int, sort: Literal["amount", "time"], limit: int) -> list[str]:
    """The cases of a store, from the first page to the last one."""
    rows: list[str] = []
    token: str | None = None
    while True:
        page = await list_cases(CaseQuery(store=str(store), sort=sort, limit=limit, token=token))
        rows += [row.id.rpartition("-")[2] for row in page.items]
        if (token := page.next) is None:
            return rows


@pytest.mark.parametrize("sort", ["amount", "time"])
@pytest.mark.parametrize("field", ["at_stake", "window_end", "stakes", "window_start"])
@pytest.mark.parametrize(
    "value", ["at_stake", None, 1.5, 1e300, [1], {"a": 1}, True, "0001-01-01T00:00:00+14:00", "2026-01-02T10:10:00"]
)
async def test_an_altered_case_hides_no_other_one_on_any_page(
    store: int, sort: Literal["amount", "time"], field: str, value: object
):
    container = await cosmos.cases()
    for name in ("a", "c"):
        await container.upsert_item(case_in(store, name))
    altered = case_in(store, "b")
    (altered["stakes"] if field == "at_stake" else altered)[field] = value
    await container.upsert_item(altered)

    for limit in (1, 2, 50):
        assert [name for name in await listed(store, sort, limit) if name != "b"] == ["a", "c"]


async def test_of_two_cases_of_one_name_the_one_in_the_partition_of_its_store_is_shown(store: int):
    container = await cosmos.cases()
    forged: dict[str, Any] = {**case_in(store, "a"), "suspicious": 0}
    await container.upsert_item({**forged, "store_id": store - 1})
    await container.upsert_item(case_in(store, "a"))
    await container.upsert_item({**forged, "store_id": store + 1})

    case = await find_case(forged["id"])

    assert (case.store_id, case.suspicious) == (store, 1)


async def test_a_case_of_no_calendar_leads_to_no_verdicts(store: int):
    event_id = uuid.uuid4().hex
    for name, end in ((event_id, "2026-01-02T10:10:00Z"), ("b", "0001-01-01T00:00:00+14:00"), ("c", "2026-01-02")):
        case: dict[str, Any] = {**case_in(store, name), "window_end": end}
        case["top"][0]["event_id"] = event_id
        await (await cosmos.cases()).upsert_item(case)

    assert [case.window_end for case in await cases_naming([event_id])] == [END]
