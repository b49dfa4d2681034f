"""Documents one by one: create, read, upsert, replace, delete, under conditions."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import re
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos import PartitionKey
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)
from azure.cosmos.partition_key import NonePartitionKeyValue

from tests.cosmos.running import ONE_SDK, Sdk

pytestmark = pytest.mark.slow

EVENT: dict[str, Any] = {"id": "e1", "store_id": "7", "qty": 2, "price": 9.5, "tags": ["ä", None, {"deep": True}]}


async def test_a_created_item_is_read_back_with_system_properties(sdk: Sdk, container: Any) -> None:
    created = await sdk.do(container.create_item(EVENT))
    read = await sdk.do(container.read_item("e1", "7"))
    assert read == created
    assert {name: read[name] for name in EVENT} == EVENT
    assert set(read) - set(EVENT) == {"_rid", "_self", "_etag", "_attachments", "_ts"}


async def test_responses_carry_charge_session_and_activity(sdk: Sdk, container: Any) -> None:
    headers = (await sdk.do(container.create_item(EVENT))).get_response_headers()
    assert float(headers["x-ms-request-charge"]) > 0
    assert headers["x-ms-session-token"].startswith("0:")
    assert headers["x-ms-activity-id"]
    assert headers["etag"]


async def test_an_id_is_taken_once_in_each_partition(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(EVENT))
    await sdk.do(container.create_item(EVENT | {"store_id": "8"}))
    with pytest.raises(CosmosResourceExistsError) as refusal:
        await sdk.do(container.create_item(EVENT))
    assert refusal.value.status_code == 409


async def test_what_is_not_there_is_not_found(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(EVENT))
    for call in (
        lambda: container.read_item("e2", "7"),
        lambda: container.read_item("e1", "8"),
        lambda: container.delete_item("e2", "7"),
        lambda: container.replace_item("e2", EVENT | {"id": "e2"}),
        lambda: container.patch_item("e2", "7", [{"op": "set", "path": "/x", "value": 1}]),
    ):
        with pytest.raises(CosmosResourceNotFoundError):
            await sdk.do(call())


async def test_a_missing_container_is_told_from_a_missing_item(sdk: Sdk, database: Any) -> None:
    with pytest.raises(CosmosResourceNotFoundError) as refusal:
        await sdk.do(database.get_container_client("nowhere").read_item("e1", "7"))
    # The SDKs read the container first, and that answer has no sub status of its own.
    assert refusal.value.sub_status is None


async def test_upsert_creates_then_replaces(sdk: Sdk, container: Any) -> None:
    first = await sdk.do(container.upsert_item(EVENT))
    second = await sdk.do(container.upsert_item(EVENT | {"qty": 3}))
    assert second["qty"] == 3
    assert second["_rid"] == first["_rid"]
    assert second["_etag"] != first["_etag"]


async def test_a_stale_etag_is_refused(sdk: Sdk, container: Any) -> None:
    first = await sdk.do(container.create_item(EVENT))
    fresh = {"etag": first["_etag"], "match_condition": MatchConditions.IfNotModified}
    await sdk.do(container.replace_item("e1", EVENT | {"qty": 3}, **fresh))
    for call in (
        lambda: container.replace_item("e1", EVENT | {"qty": 4}, **fresh),
        lambda: container.upsert_item(EVENT | {"qty": 4}, **fresh),
        lambda: container.delete_item("e1", "7", **fresh),
        lambda: container.patch_item("e1", "7", [{"op": "incr", "path": "/qty", "value": 1}], **fresh),
    ):
        with pytest.raises(CosmosAccessConditionFailedError):
            await sdk.do(call())
    assert (await sdk.do(container.read_item("e1", "7")))["qty"] == 3


async def test_an_unchanged_item_is_not_sent_again(sdk: Sdk, container: Any) -> None:
    created = await sdk.do(container.create_item(EVENT))
    as_created = {"etag": created["_etag"], "match_condition": MatchConditions.IfModified}
    assert not await sdk.do(container.read_item("e1", "7", **as_created))
    await sdk.do(container.upsert_item(EVENT | {"qty": 3}))
    assert (await sdk.do(container.read_item("e1", "7", **as_created)))["qty"] == 3


async def test_a_deleted_item_is_gone_and_its_id_is_free(sdk: Sdk, container: Any) -> None:
    created = await sdk.do(container.create_item(EVENT))
    await sdk.do(container.delete_item(created, "7"))
    with pytest.raises(CosmosResourceNotFoundError):
        await sdk.do(container.read_item("e1", "7"))
    assert (await sdk.do(container.create_item(EVENT)))["_rid"] != created["_rid"]


async def test_items_are_addressed_by_what_was_read(sdk: Sdk, container: Any) -> None:
    created = await sdk.do(container.create_item(EVENT))
    assert await sdk.do(container.read_item(created, "7")) == created
    replaced = await sdk.do(container.replace_item(created, EVENT | {"qty": 5}))
    assert replaced["qty"] == 5


@pytest.mark.parametrize("name", ["with space", "a+b&c=d", "100%", "%2F", "ü-日本-😀", "'quoted\"", "x" * 1023])
@ONE_SDK
async def test_ids_may_hold_almost_anything(sdk: Sdk, container: Any, name: str) -> None:
    await sdk.do(container.create_item({"id": name, "store_id": "7"}))
    assert (await sdk.do(container.read_item(name, "7")))["id"] == name
    await sdk.do(container.delete_item(name, "7"))


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "a?b", "a#b", "x" * 1024, 5, None])
@ONE_SDK
async def test_what_cannot_be_an_id_is_refused(sdk: Sdk, container: Any, name: Any) -> None:
    with pytest.raises((CosmosHttpResponseError, TypeError, ValueError)) as refusal:
        await sdk.do(container.create_item({"id": name, "store_id": "7"}))
    if isinstance(refusal.value, CosmosHttpResponseError):
        assert refusal.value.status_code == 400


@ONE_SDK
async def test_how_long_an_id_may_be_is_told_as_the_service_does(sdk: Sdk, database: Any, container: Any) -> None:
    told = "Ensure to provide a unique non-empty string less than '{}' characters."
    with pytest.raises(CosmosHttpResponseError, match=re.escape(told.format(1024))):
        await sdk.do(container.create_item({"id": "x" * 1024, "store_id": "7"}))
    with pytest.raises(CosmosHttpResponseError, match=re.escape(told.format(255))):
        await sdk.do(database.create_container("x" * 256, PartitionKey("/store_id")))


@pytest.mark.parametrize("key", ["", "ünï", 7, 7.5, True, None])
@ONE_SDK
async def test_partition_keys_of_every_type(sdk: Sdk, container: Any, key: Any) -> None:
    await sdk.do(container.create_item({"id": "k", "store_id": key}))
    assert (await sdk.do(container.read_item("k", key)))["store_id"] == key
    if key is not None:  # to the SDKs' queries, no key means all keys
        assert len(await sdk.ask(container, "SELECT * FROM c", partition_key=key)) == 1


async def test_an_item_without_a_partition_key(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item({"id": "lost"}))
    assert (await sdk.do(container.read_item("lost", NonePartitionKeyValue)))["id"] == "lost"


async def test_a_partition_key_may_lie_in_a_nested_field(sdk: Sdk, database: Any) -> None:
    container = await sdk.do(database.create_container("nested", PartitionKey("/store/id")))
    await sdk.do(container.create_item({"id": "n", "store": {"id": "7"}}))
    assert (await sdk.do(container.read_item("n", "7")))["store"] == {"id": "7"}


async def test_a_replaced_item_can_take_another_id_that_is_free(sdk: Sdk, container: Any) -> None:
    first = await sdk.do(container.create_item(EVENT))
    await sdk.do(container.create_item(EVENT | {"id": "taken"}))
    moved = await sdk.do(container.replace_item("e1", EVENT | {"id": "e2"}))
    assert (moved["id"], moved["_rid"]) == ("e2", first["_rid"])
    assert (await sdk.do(container.read_item("e2", "7")))["_etag"] == moved["_etag"]
    with pytest.raises(CosmosResourceNotFoundError):
        await sdk.do(container.read_item("e1", "7"))
    with pytest.raises(CosmosResourceExistsError):
        await sdk.do(container.replace_item("e2", EVENT | {"id": "taken"}))


async def test_a_replaced_item_cannot_move_to_another_partition(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(EVENT))
    with pytest.raises(CosmosResourceNotFoundError):
        await sdk.do(container.replace_item("e1", EVENT | {"store_id": "8"}))


async def test_an_item_of_more_than_2_mb_is_refused(sdk: Sdk, container: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.create_item(EVENT | {"pad": "x" * (2 * 1024 * 1024)}))
    assert refusal.value.status_code == 413
    large = await sdk.do(container.create_item(EVENT | {"pad": "x" * (2 * 1024 * 1024 - 600)}))
    assert large["id"] == "e1"


async def test_a_write_can_go_without_its_answer(sdk: Sdk, container: Any) -> None:
    assert not await sdk.do(container.create_item(EVENT, no_response=True))
    assert (await sdk.do(container.read_item("e1", "7")))["qty"] == 2


async def test_all_items_are_listed(sdk: Sdk, container: Any) -> None:
    for number in range(5):
        await sdk.do(container.create_item(EVENT | {"id": f"e{number}"}))
    pages = await sdk.pages(container.read_all_items(max_item_count=2))
    assert [[item["id"] for item in page] for page in pages] == [["e0", "e1"], ["e2", "e3"], ["e4"]]
