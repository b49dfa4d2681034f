"""Documents packed in the file: answered as they were written, indexed as they were, and few bytes each."""

import json
import sqlite3
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.core.faults import Held
from local_azure.core.packing import SAMPLES
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.errors import CosmosError, bad_request
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.items import create_item, delete_item, patch_item, read_item, upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.service import Service
from local_azure.cosmos.store import Store
from local_azure.cosmos.usage import USAGE
from local_azure.cosmos.wire import JsonObject

POLICY: JsonObject = {
    "includedPaths": [{"path": "/sku/?"}, {"path": "/*"}],
    "compositeIndexes": [[{"path": "/sku", "order": "ascending"}, {"path": "/at", "order": "descending"}]],
}
SETTINGS: JsonObject = {"id": "c", "partitionKey": {"paths": ["/store_id"]}, "defaultTtl": -1, "indexingPolicy": POLICY}
KEY = canonical("7")


def service(state: Path) -> Service:
    return Service(state, Clock(), AccountKey(COSMOS_KEY), Held(Faults()))


def opened(state: Path) -> tuple[Store, Container]:
    """A store with one container, made if it does not exist."""
    store = Store(state / "cosmos.db")
    catalog = Catalog(store, Clock())
    if not catalog.databases:
        catalog.create_container(catalog.create_database({"id": "d"}), SETTINGS)
    return store, catalog.container("d", "c")


def document(number: int, **members: Any) -> dict[str, Any]:
    """A document like those around it, with values of its own."""
    chance = Random(number)
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "store_id": "7",
        "sku": chance.randrange(100_000),
        "at": f"2026-07-04T10:{chance.randrange(60):02}:{chance.randrange(60):02}+00:00",
        "customer": chance.randrange(1_000),
        "category": chance.choice(["Books", "Games", "Shoes", "Furniture"]),
        "payment_method": chance.choice(["credit_card", "gift_card", "cash"]),
        "priority_shipping": chance.random() < 0.3,
        "archive": {"partition": "0", "offset": str(4096 + 600 * number), "run_id": "campaign-1", "number": number},
    } | members


def fill(container: Container, count: int, first: int = 0) -> list[dict[str, Any]]:
    documents = [document(number) for number in range(first, first + count)]
    for each in documents:
        create_item(container, KEY, msgspec.json.encode(each))
    return documents


def sizes(container: Container, store: Store) -> list[int]:
    """The bytes of each body in the table, in the order of writing."""
    return [size for (size,) in store.execute(f"SELECT length(body) FROM {container.documents.table} ORDER BY row")]


def own(body: bytes) -> Any:
    """A document without what Cosmos adds."""
    members = cast("dict[str, Any]", msgspec.json.decode(body))
    return {name: value for name, value in members.items() if not name.startswith("_")}


async def ask(store: Store, container: Container, sql: str) -> Sequence[Any]:
    """All results of a query."""
    statement = Runner(parse(sql), {})
    access = statement.access(("store_id",), None)
    table, indexes = container.documents.table, container.documents.indexes
    page = await statement.page(TableRows(store, table, access, indexes=indexes, key=("store_id",)), 10_000, None)
    return [msgspec.json.decode(item) for item in page.items]


async def test_a_document_takes_a_fifth_of_its_json_and_its_file_little_more(tmp_path: Path) -> None:
    store, container = opened(tmp_path)
    fill(container, 4_000)
    await store.settled()
    json_bytes = sum(len(read_item(container, KEY, document(number)["id"]).body) for number in range(4_000)) / 4_000
    assert sum(sizes(container, store)[SAMPLES:]) / (4_000 - SAMPLES) < 0.28 * json_bytes
    (pages,), (page_size,) = (store.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    assert pages * page_size / 4_000 < 480, "bytes of the file for each document, with five indexes"
    store.close()


any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["\0", "\u2028", "\U0001f600", '"', "\\", "x" * 3_000]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
STRANGE = [
    rb'{"id":"s","store_id":"7","lone":"\ud800","pair":"\ud83d\ude00","other":"\udc00\ud800"}',
    b'{"id":"s","store_id":"7","large":123456789012345678901234567890,"small":1e-320,"minus":-0.0}',
    b'{"id":"s","store_id":"7","_rid":"mine","_ts":1,"twice":1,"twice":2}',
]


@settings(max_examples=25)
@given(st.lists(any_json, min_size=1, max_size=20))
async def test_any_json_is_answered_as_it_was_without_packing(values: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, container = opened(Path(folder))
        fill(container, SAMPLES)
        answered: dict[str, bytes] = {}
        for number, value in enumerate(values):
            name = f"n{number}"
            written = create_item(container, KEY, json.dumps({"id": name, "store_id": "7", "v": value}).encode())
            answered[name] = written.body
            assert own(written.body)["v"] == msgspec.json.decode(json.dumps(value))
        await store.settled()
        store.close()
        store, container = opened(Path(folder))
        assert {name: read_item(container, KEY, name).body for name in answered} == answered
        store.close()


@pytest.mark.parametrize("body", STRANGE)
async def test_what_is_strange_is_refused_or_kept_as_before(tmp_path: Path, body: bytes) -> None:
    store, container = opened(tmp_path)

    def outcome() -> str | Any:
        try:
            return own(upsert_item(container, KEY, body, ALWAYS)[1].body)
        except CosmosError as refusal:
            return str(refusal)

    before = outcome()
    fill(container, SAMPLES)
    assert outcome() == before
    if not isinstance(before, str):
        assert own(read_item(container, KEY, "s").body) == before
    await store.settled()
    store.close()


async def test_queries_patches_and_deletes_see_packed_documents_as_others(tmp_path: Path) -> None:
    store, container = opened(tmp_path)
    documents = fill(container, 500)
    assert min(sizes(container, store)[:SAMPLES]) > 2 * max(sizes(container, store)[SAMPLES + 1 :])
    changed, gone = documents[10], documents[400]
    patch_item(container, KEY, changed["id"], b'{"operations":[{"op":"set","path":"/sku","value":-1}]}', ALWAYS)
    changed["sku"] = -1
    delete_item(container, KEY, gone["id"], ALWAYS)
    documents.remove(gone)
    for sql, expected in (
        ("SELECT VALUE c.id FROM c WHERE c.sku = -1", [changed["id"]]),
        (f"SELECT VALUE c.id FROM c WHERE c.sku = {gone['sku']} AND c.id = '{gone['id']}'", []),
        (
            "SELECT VALUE c.id FROM c WHERE c.sku < 20000 ORDER BY c.sku, c.at DESC",
            [each["id"] for each in sorted(documents, key=lambda each: each["sku"]) if each["sku"] < 20_000],
        ),
        ("SELECT VALUE COUNT(1) FROM c WHERE c.archive.number < 250", [250]),
    ):
        assert await ask(store, container, sql) == expected, sql
    await store.settled()
    store.close()


async def test_a_batch_that_is_undone_takes_no_dictionary_along(tmp_path: Path) -> None:
    store, container = opened(tmp_path)

    def refuse() -> None:
        fill(container, 2 * SAMPLES, first=10_000)
        raise bad_request("the batch is undone")

    with pytest.raises(CosmosError), store.atomic():
        refuse()
    documents = fill(container, 10)
    await store.settled()
    store.close()
    store, container = opened(tmp_path)
    assert [own(read_item(container, KEY, each["id"]).body) for each in documents] == documents
    assert max(sizes(container, store)) < 250, "what it learned holds for those that came after"
    store.close()


async def test_a_turn_that_is_undone_takes_its_dictionary_along(tmp_path: Path) -> None:
    state = service(tmp_path)
    database = state.catalog.create_database({"id": "d"})
    state.catalog.create_container(database, SETTINGS)
    store = state._store  # pyright: ignore[reportPrivateUsage]
    await store.settled()
    fill(state.catalog.container("d", "c"), 2 * SAMPLES)
    assert store.execute("SELECT count(*) FROM dictionary").fetchone() == (1,)
    store.abandon(sqlite3.OperationalError("disk full"))

    documents = fill(state.catalog.container("d", "c"), 2 * SAMPLES, first=1_000)
    await store.settled()
    state.close()
    store, container = opened(tmp_path)
    assert store.execute("SELECT count(*) FROM dictionary").fetchone() == (1,)
    assert [own(read_item(container, KEY, each["id"]).body) for each in documents] == documents
    store.close()


async def test_a_container_that_is_deleted_takes_its_dictionary_along(tmp_path: Path) -> None:
    state = service(tmp_path)
    database = state.catalog.create_database({"id": "d"})
    for _ in range(2):
        container = state.catalog.create_container(database, SETTINGS)
        documents = fill(container, 2 * SAMPLES)
        assert own(read_item(container, KEY, documents[-1]["id"]).body) == documents[-1]
        state.catalog.delete_container(database, container)
    store = state._store  # pyright: ignore[reportPrivateUsage]
    assert store.execute("SELECT count(*) FROM dictionary").fetchone() == (0,)
    await store.settled()
    state.close()


async def test_the_same_bytes_are_another_document_by_a_dictionary_of_the_same_number(tmp_path: Path) -> None:
    store = Store(tmp_path / "cosmos.db")
    keys = store.keys
    packed: list[bytes] = []
    for word in (b"Books", b"Shoes"):
        packer = store.dictionaries.packer("t", 0)
        plain = b'{"category":"%b","always":"%b"}' % (word, b"as long as a body must be " * 5)
        for _ in range(SAMPLES):
            packer.pack(plain)
        packer.learn(store.write)
        packed.append(packer.pack(plain))
        assert keys(packed[-1], "category") == word.decode()
        assert keys.size(packed[-1]) == len(plain)
        store.forget_dictionaries("t")
    assert packed[0] == packed[1]
    await store.settled()
    store.close()


async def test_a_state_of_before_is_read_kept_and_counted_and_packed_from_now_on(tmp_path: Path) -> None:
    store, container = opened(tmp_path)
    documents = fill(container, 200)
    table = container.documents.table
    store.write(f"UPDATE {table} SET body = plain(body)")
    for event, more in (
        ("insert", "documents = documents + 1, bytes = bytes + length(NEW.body)"),
        ("delete", "documents = documents - 1, bytes = bytes - length(OLD.body)"),
    ):
        store.write(f"DROP TRIGGER IF EXISTS {table}_{event}")
        store.write(f"CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN UPDATE usage SET {more}; END")
    store.write("DROP TABLE dictionary")
    await store.settled()
    store.close()

    state = service(tmp_path)
    await state.prepare()
    store, container = state._store, state.catalog.container("d", "c")  # pyright: ignore[reportPrivateUsage]
    more = fill(container, 100, first=1_000)
    assert [own(read_item(container, KEY, each["id"]).body) for each in documents + more] == documents + more
    assert max(sizes(container, store)[270:]) < 250
    assert len(await ask(store, container, "SELECT VALUE c.id FROM c WHERE c.sku >= 0")) == 300
    for each in documents[:100]:
        delete_item(container, KEY, each["id"], ALWAYS)
    told = container.documents.usage.headers()[USAGE]
    json_bytes = sum(len(read_item(container, KEY, each["id"]).body) for each in documents[100:] + more)
    assert f"documentsSize={-(-json_bytes // 1024)};documentsCount=200;" in told
    await store.settled()
    state.close()
