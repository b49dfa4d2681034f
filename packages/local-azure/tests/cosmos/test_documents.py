"""Writes of one document by itself: all of it or nothing, without a savepoint around it."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.items import create_item, patch_item, read_item, replace_item
from local_azure.cosmos.partition_key import KeyDefinition, canonical
from local_azure.cosmos.store import Store

PARTITION = canonical("7")


@pytest.fixture
async def container() -> Container:
    catalog = Catalog(Store(Path(":memory:")), Clock())
    settings: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/store_id"]}, "defaultTtl": -1}
    return catalog.create_container(catalog.create_database({"id": "d"}), settings)


async def test_a_replacement_that_is_refused_leaves_the_document_under_its_id(container: Container) -> None:
    create_item(container, PARTITION, b'{"id": "old", "store_id": "7"}')
    with pytest.raises(CosmosError, match="ttl"):
        replace_item(container, PARTITION, "old", b'{"id": "new", "store_id": "7", "ttl": 0}', ALWAYS)
    assert read_item(container, PARTITION, "old").row
    with pytest.raises(CosmosError, match="does not exist"):
        read_item(container, PARTITION, "new")


async def test_a_creation_under_a_taken_id_changes_nothing(container: Container) -> None:
    first = create_item(container, PARTITION, b'{"id": "1", "store_id": "7", "v": 1}')
    with pytest.raises(CosmosError, match="already exists") as refusal:
        create_item(container, PARTITION, b'{"id": "1", "store_id": "7", "v": 2}')
    assert refusal.value.status == 409
    assert read_item(container, PARTITION, "1").body == first.body


DEEPEST: Any = json.loads("[" * 100 + "]" * 100)


@pytest.mark.parametrize("steps", [1, 10])
async def test_a_patch_cannot_nest_a_document_deeper_than_one_may_be(container: Container, steps: int) -> None:
    created = create_item(container, PARTITION, json.dumps({"id": "1", "store_id": "7", "z": DEEPEST}).encode())
    within = "/z" + "/0" * 99
    operations = [{"op": "add", "path": within + "/0" * 100 * step + "/-", "value": DEEPEST} for step in range(steps)]
    with pytest.raises(CosmosError, match="nested") as refusal:
        patch_item(container, PARTITION, "1", json.dumps(operations).encode(), ALWAYS)
    assert refusal.value.status == 400
    assert read_item(container, PARTITION, "1").body == created.body


@pytest.mark.parametrize("old", ["1e308", "1" + "0" * 308])
@pytest.mark.parametrize("step", ["1" + "0" * 400, "1.7e308", "-1" + "0" * 400])
async def test_a_sum_that_no_double_holds_is_refused(container: Container, old: str, step: str) -> None:
    created = create_item(container, PARTITION, b'{"id": "1", "store_id": "7", "n": %b}' % old.encode())
    with pytest.raises(CosmosError, match="beyond the numbers of a double") as refusal:
        patch_item(container, PARTITION, "1", b'[{"op": "incr", "path": "/n", "value": %b}]' % step.encode(), ALWAYS)
    assert refusal.value.status == 400
    assert read_item(container, PARTITION, "1").body == created.body


@pytest.mark.parametrize(
    "value", ["", "plain", "a b|c:d", 'quo"te', "back\\slash", "tab\t", "ä", "\x7f", "x" * 2049, 1, 1.0, None, True, {}]
)
def test_a_key_is_the_same_in_a_header_and_in_a_document(value: Any) -> None:
    key = KeyDefinition((("store_id",),))
    document = {"store_id": value}

    def outcome(canonical_of: Any) -> str:
        try:
            return canonical_of()
        except CosmosError as refusal:
            return str(refusal)

    general = outcome(lambda: key._text([value]))  # pyright: ignore[reportPrivateUsage]
    assert outcome(lambda: key.of_document(document)) == general
    assert outcome(lambda: key.of_header(json.dumps([value]))) == general
