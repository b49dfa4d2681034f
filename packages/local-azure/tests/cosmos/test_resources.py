"""Databases and containers: create, read, list, query, replace, delete, and what is refused."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError, CosmosResourceNotFoundError

from tests.cosmos.running import ONE_SDK, Sdk

pytestmark = pytest.mark.slow

BY_STORE = PartitionKey("/store_id")


async def test_databases_are_listed_and_found_by_query(sdk: Sdk, database: Any) -> None:
    listed = await sdk.all(sdk.client.list_databases())
    assert database.id in [each["id"] for each in listed]
    text = "SELECT * FROM r WHERE r.id = @id"
    databases = await sdk.all(sdk.client.query_databases(text, parameters=[{"name": "@id", "value": database.id}]))
    assert [each["id"] for each in databases] == [database.id]


async def test_a_database_exists_once(sdk: Sdk, database: Any) -> None:
    with pytest.raises(CosmosResourceExistsError):
        await sdk.do(sdk.client.create_database(database.id))
    assert (await sdk.do(sdk.client.create_database_if_not_exists(database.id))).id == database.id


async def test_a_deleted_database_takes_its_containers_along(sdk: Sdk) -> None:
    name = "to-be-deleted"
    database = await sdk.do(sdk.client.create_database(name))
    container = await sdk.do(database.create_container("events", BY_STORE))
    await sdk.do(container.create_item({"id": "1", "store_id": "7"}))
    await sdk.do(sdk.client.delete_database(name))
    with pytest.raises(CosmosResourceNotFoundError):
        await sdk.do(sdk.client.get_database_client(name).read())
    await sdk.do(sdk.client.create_database(name))
    again = await sdk.do(database.create_container("events", BY_STORE))
    assert await sdk.ask(again, "SELECT * FROM c") == []
    await sdk.do(sdk.client.delete_database(name))


async def test_a_container_keeps_its_settings(sdk: Sdk, database: Any) -> None:
    container = await sdk.do(database.create_container("cases", BY_STORE, default_ttl=60))
    properties = await sdk.do(container.read())
    assert properties["partitionKey"]["paths"] == ["/store_id"]
    assert properties["defaultTtl"] == 60
    assert properties["indexingPolicy"]["includedPaths"] == [{"path": "/*"}]
    assert [each["id"] for each in await sdk.all(database.list_containers())] == ["cases"]
    text = "SELECT * FROM c WHERE c.id = 'cases'"
    assert len(await sdk.all(database.query_containers(text))) == 1


async def test_a_container_can_be_replaced_but_not_its_partition_key(sdk: Sdk, database: Any, container: Any) -> None:
    await sdk.do(database.replace_container(container, BY_STORE, default_ttl=-1))
    assert (await sdk.do(container.read()))["defaultTtl"] == -1
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(database.replace_container(container, PartitionKey("/other")))
    assert refusal.value.status_code == 400


async def test_a_container_made_anew_is_noticed_by_a_client_that_knew_the_old_one(
    sdk: Sdk, database: Any, container: Any
) -> None:
    await sdk.do(container.create_item({"id": "1", "store_id": "7"}))
    async with Sdk(
        sdk.kind, sdk.client.client_connection.url_connection, sdk.client.client_connection.master_key
    ) as other:
        same = other.client.get_database_client(database.id)
        await other.do(same.delete_container(container.id))
        await other.do(same.create_container(container.id, PartitionKey("/shop")))
    await sdk.do(container.create_item({"id": "1", "shop": "9"}))
    assert (await sdk.do(container.read_item("1", "9")))["shop"] == "9"


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "a?b", "x" * 256])
@ONE_SDK
async def test_what_cannot_be_the_id_of_a_container_is_refused(sdk: Sdk, database: Any, name: str) -> None:
    with pytest.raises((CosmosHttpResponseError, ValueError)):
        await sdk.do(database.create_container(name, BY_STORE))


@pytest.mark.parametrize(
    ("key", "settings", "named"),
    [
        (BY_STORE, {"unique_key_policy": {"uniqueKeys": [{"paths": ["/x"]}]}}, "uniqueKeyPolicy"),
        (BY_STORE, {"default_ttl": 0}, "TTL"),
        (BY_STORE, {"default_ttl": -2}, "TTL"),
        (PartitionKey("store_id"), {}, "store_id"),
    ],
)
@pytest.mark.usefixtures("local_only")
@ONE_SDK
async def test_settings_that_are_not_supported_are_named(
    sdk: Sdk, database: Any, key: PartitionKey, settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(database.create_container("refused", key, **settings))
    assert refusal.value.status_code == 400
    assert named.lower() in str(refusal.value).lower()


@pytest.mark.parametrize(
    ("paths", "kind"), [(["/a", "/b", "/c", "/d"], "MultiHash"), (["/a", "/b"], "Hash"), (["a"], "Hash")]
)
async def test_settings_are_refused_before_an_id_that_is_taken(
    sdk: Sdk, database: Any, container: Any, paths: list[str], kind: str
) -> None:
    key = {"paths": paths, "kind": kind, "version": 2}
    with pytest.raises(
        CosmosHttpResponseError, match="Too many partition key paths" if len(paths) > 1 else "'a'"
    ) as no:
        await sdk.do(database.create_container(container.id, key))
    assert no.value.status_code == 400


@pytest.mark.parametrize("path", ['/"level\' 1*()"/"le/vel2"', "/'level\" 1*()'/'le/vel2'"])
async def test_names_in_the_path_of_a_partition_key_stand_in_either_kind_of_quotes(
    sdk: Sdk, database: Any, path: str
) -> None:
    quote = path[1]
    names = [name.strip(quote) for name in path[1:].split(f"{quote}/{quote}")]
    container = await sdk.do(database.create_container("quoted", PartitionKey(path)))
    await sdk.do(container.create_item({"id": "1", names[0]: {names[1]: "x"}}))
    assert (await sdk.do(container.read_item("1", "x")))["id"] == "1"


@pytest.mark.usefixtures("local_only")
async def test_features_that_are_not_supported_are_named(sdk: Sdk, database: Any, container: Any) -> None:
    for listing, named in (
        (container.scripts.list_stored_procedures, "sprocs"),
        (sdk.client.get_database_client(database.id).list_users, "users"),
    ):
        with pytest.raises(CosmosHttpResponseError) as refusal:
            await sdk.all(listing())
        assert (refusal.value.status_code, named in str(refusal.value)) == (400, True)


async def test_the_statistics_of_partition_keys_are_left_out(sdk: Sdk, container: Any) -> None:
    assert "statistics" not in await sdk.do(container.read(populate_partition_key_range_statistics=True))


async def test_a_container_has_no_conflicts(sdk: Sdk, container: Any) -> None:
    assert await sdk.all(container.list_conflicts()) == []
    assert await sdk.all(container.query_conflicts("SELECT * FROM c", partition_key="7")) == []
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.get_conflict("1", partition_key="7"))
    assert refusal.value.status_code == 404


@ONE_SDK  # the aio client leaks its session when it cannot open
async def test_a_wrong_key_opens_nothing(sdk: Sdk) -> None:
    endpoint = sdk.client.client_connection.url_connection
    with pytest.raises(CosmosHttpResponseError) as refusal:
        async with Sdk("sync", endpoint, "d3Jvbmc="):
            pass
    assert refusal.value.status_code == 401
