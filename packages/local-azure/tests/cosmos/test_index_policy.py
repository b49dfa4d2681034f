"""The indexes that a policy asks for, and those of a state that an earlier version has written."""

import logging
from pathlib import Path
from typing import Any

import pytest

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.core.faults import Held
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.indexing_policy import with_policy_defaults
from local_azure.cosmos.items import create_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.path_index import Column, Index, policy_of
from local_azure.cosmos.service import Service
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject

POLICY: dict[str, Any] = {
    "indexingPolicy": {
        "includedPaths": [{"path": "/*"}, {"path": "/deep/open/*"}, {"path": "/named/?"}, {"path": "/store_id/?"}],
        "excludedPaths": [{"path": "/deep/*"}, {"path": '/"_etag"/?'}],
        "compositeIndexes": [[{"path": "/a"}, {"path": '/"b c"', "order": "descending"}]],
    }
}


def test_a_policy_names_indexes_but_none_of_the_partition_key() -> None:
    composite = Index((Column(("a",)), Column(("b c",), descending=True)))
    assert policy_of(POLICY, ("store_id",)).named == (Index((Column(("named",)),)), composite)


def test_a_composite_index_serves_for_its_first_property_too() -> None:
    paths: JsonObject = {
        "includedPaths": [{"path": "/a/?"}, {"path": "/b/?"}],
        "compositeIndexes": [[{"path": "/a"}, {"path": "/b"}]],
    }
    single, composite = Index((Column(("b",)),)), Index((Column(("a",)), Column(("b",))))
    assert policy_of({"indexingPolicy": paths}, None).named == (single, composite)


@pytest.mark.parametrize(
    ("path", "covered"),
    [("any", True), ("deep/x", False), ("deep/open/x", True), ("deep", False), ("_etag", False), ("named", True)],
)
def test_the_path_that_fits_best_decides(path: str, covered: bool) -> None:
    assert policy_of(POLICY, None).covers(tuple(path.split("/"))) is covered


def test_the_kinds_of_former_indexes_are_not_told() -> None:
    policy = with_policy_defaults({"includedPaths": [{"path": "/", "indexes": [{"kind": "Hash", "precision": 3}]}]})
    assert policy["includedPaths"] == [{"path": "/*"}]


def test_a_spatial_index_without_types_is_refused_as_by_the_service() -> None:
    with pytest.raises(CosmosError, match=r"The spatial data types array cannot be empty\..*'/place/\*'") as refusal:
        with_policy_defaults({"spatialIndexes": [{"path": "/place/*"}]})
    assert refusal.value.status == 400


async def test_a_state_of_before_gets_the_indexes_of_now_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def service() -> Service:
        return Service(tmp_path, Clock(), AccountKey(COSMOS_KEY), Held(Faults()))

    before = service()
    database = before.catalog.create_database({"id": "d"})
    settings: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/id"]}} | POLICY
    container = before.catalog.create_container(database, settings)
    create_item(container, canonical("1"), b'{"id": "1", "named": "n"}')
    before.close()
    _as_of_before(tmp_path, container.documents.table)

    with caplog.at_level(logging.INFO):
        now = service()
        await now.prepare()
    documents = now.catalog.container("d", "c").documents
    assert set(documents.indexes.existing) == set(policy_of(POLICY, ("id",)).named)
    assert "indexed /named of" in caplog.text
    now.close()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        again = service()
        await again.prepare()
    assert "indexed" not in caplog.text
    again.close()


def _as_of_before(state: Path, table: str) -> None:
    """Give a container the one index that the version before range indexes made of the policy."""
    store = Store(state / "cosmos.db")
    names = store.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_range1_%'").fetchall()
    assert names
    for (name,) in names:
        store.execute(f'DROP INDEX "{name}"')
    store.execute(f'CREATE INDEX "{table}_path_6e" ON {table} (json_extract(body, \'$."named"\'))')
    store.close()
