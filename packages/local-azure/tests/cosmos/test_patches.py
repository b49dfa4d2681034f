"""Partial updates of a document."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosAccessConditionFailedError, CosmosHttpResponseError

from tests.cosmos.running import ONE_SDK, Sdk

pytestmark = pytest.mark.slow

CASE: dict[str, Any] = {
    "id": "c1",
    "store_id": "7",
    "state": "open",
    "score": 10,
    "ids": ["a", "b"],
    "who": {"name": "x"},
}


@pytest.mark.parametrize(
    ("operations", "changed"),
    [
        ([{"op": "add", "path": "/new", "value": {"deep": [1]}}], {"new": {"deep": [1]}}),
        ([{"op": "add", "path": "/ids/1", "value": "z"}], {"ids": ["a", "z", "b"]}),
        ([{"op": "add", "path": "/ids/-", "value": "z"}], {"ids": ["a", "b", "z"]}),
        ([{"op": "set", "path": "/state", "value": None}], {"state": None}),
        ([{"op": "set", "path": "/ids/0", "value": "z"}], {"ids": ["z", "b"]}),
        ([{"op": "replace", "path": "/who/name", "value": "y"}], {"who": {"name": "y"}}),
        ([{"op": "remove", "path": "/ids/0"}], {"ids": ["b"]}),
        ([{"op": "incr", "path": "/score", "value": -2.5}], {"score": 7.5}),
        ([{"op": "incr", "path": "/hits", "value": 1}], {"hits": 1}),
        ([{"op": "move", "from": "/who/name", "path": "/owner"}], {"who": {}, "owner": "x"}),
        ([{"op": "set", "path": "/a~1b~0c", "value": 1}], {"a/b~c": 1}),
        ([{"op": "set", "path": "/x", "value": 1}, {"op": "incr", "path": "/x", "value": 1}], {"x": 2}),
    ],
)
@ONE_SDK
async def test_each_operation_of_a_patch_changes_its_field(
    sdk: Sdk, container: Any, operations: list[dict[str, Any]], changed: dict[str, Any]
) -> None:
    await sdk.do(container.create_item(CASE))
    patched = await sdk.do(container.patch_item("c1", "7", operations))
    assert {name: value for name, value in patched.items() if not name.startswith("_")} == CASE | changed
    assert await sdk.do(container.read_item("c1", "7")) == patched


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/absent", "value": 1},
        {"op": "remove", "path": "/absent"},
        {"op": "remove", "path": "/ids/2"},
        {"op": "set", "path": "/absent/deep", "value": 1},
        {"op": "set", "path": "/ids/x", "value": 1},
        {"op": "incr", "path": "/state", "value": 1},
        {"op": "incr", "path": "/score", "value": "1"},
        {"op": "set", "path": "/id", "value": "c2"},
        {"op": "set", "path": "/store_id", "value": "8"},
        {"op": "set", "path": "/_ts", "value": 1},
        {"op": "set", "path": "state", "value": 1},
        {"op": "set", "path": "/state"},
        {"op": "move", "from": "/who", "path": "/who/inner"},
        {"op": "nonsense", "path": "/state", "value": 1},
    ],
)
@ONE_SDK
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    sdk: Sdk, container: Any, operation: dict[str, Any]
) -> None:
    created = await sdk.do(container.create_item(CASE))
    first = {"op": "set", "path": "/touched", "value": True}
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.patch_item("c1", "7", [first, operation]))
    assert refusal.value.status_code == 400
    assert await sdk.do(container.read_item("c1", "7")) == created


async def test_a_condition_guards_the_patch(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(CASE))
    close = [{"op": "set", "path": "/state", "value": "closed"}]
    condition = "FROM c WHERE c.state = 'open' AND ARRAY_CONTAINS(c.ids, 'a')"
    await sdk.do(container.patch_item("c1", "7", close, filter_predicate=condition))
    with pytest.raises(CosmosAccessConditionFailedError):
        await sdk.do(container.patch_item("c1", "7", close, filter_predicate=condition))


async def test_a_condition_with_a_subquery_is_refused_by_name(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(CASE))
    close = [{"op": "set", "path": "/state", "value": "closed"}]
    with pytest.raises(CosmosHttpResponseError, match=r"A subquery .* in a patch's condition") as refusal:
        await sdk.do(container.patch_item("c1", "7", close, filter_predicate="FROM c WHERE EXISTS(SELECT 1)"))
    assert refusal.value.status_code == 400


async def test_at_most_ten_operations(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(CASE))
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.patch_item("c1", "7", [{"op": "incr", "path": "/score", "value": 1}] * 11))
    assert refusal.value.status_code == 400
