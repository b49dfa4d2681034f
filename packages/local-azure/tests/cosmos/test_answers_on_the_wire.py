"""Members and headers of the answers that only some SDKs look at, as the service makes them."""

import base64
import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from local_azure.cosmos.hybrid_row import FIRST_BYTE
from tests.cosmos.running import Cosmos
from tests.cosmos.signed import DOCS, as_query, in_store, signed
from tests.cosmos.test_hybrid_row import batch

pytestmark = pytest.mark.slow

COLLS = "/dbs/fraud/colls"
KEY = {"paths": ["/store_id"], "kind": "Hash", "version": 2}


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("wire")
    bootstrap = folder / "bootstrap.json"
    containers = [{"id": "events", "partitionKey": "/store_id"}]
    bootstrap.write_text(json.dumps({"databases": [{"id": "fraud", "containers": containers}]}))
    running = Cosmos(folder / "state", "--bootstrap", str(bootstrap))
    yield running
    assert running.stop() == 0


@pytest.fixture
async def http(part: Cosmos) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(part.endpoint) as session:
        yield session


async def call(
    http: aiohttp.ClientSession, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any, Any]:
    """Status, decoded body (None if empty) and headers of a signed request."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.request(method, path, data=data, headers=in_store("7", method, path) | named) as answer:
        raw = await answer.read()
        return answer.status, json.loads(raw) if raw else None, answer.headers


async def test_the_account_names_a_query_engine_and_its_consistency(http: aiohttp.ClientSession) -> None:
    _, account, _ = await call(http, "GET", "/")
    assert json.loads(account["queryEngineConfiguration"])["maxSqlQueryInputLength"] > 0
    assert account["userConsistencyPolicy"] == {"defaultConsistencyLevel": "Session"}


async def test_the_account_is_at_an_address_also_where_it_was_asked_by_name(http: aiohttp.ClientSession) -> None:
    for asked, told in (("localhost:8081", "127.0.0.1:8081"), ("127.0.0.1:9", "127.0.0.1:9")):
        _, account, _ = await call(http, "GET", "/", Host=asked)
        endpoints = [account[name][0]["databaseAccountEndpoint"] for name in ("writableLocations", "readableLocations")]
        assert endpoints == [f"http://{told}/"] * 2


async def test_resource_ids_tell_what_they_are_of(http: aiohttp.ClientSession) -> None:
    _, container, _ = await call(http, "GET", f"{COLLS}/events")
    raw = base64.b64decode(container["_rid"].replace("-", "/"))
    assert raw[4] & 0x80, "the first bit of the second four bytes tells a container from a user"
    _, item, _ = await call(http, "POST", DOCS, {"id": "kind", "store_id": "7"})
    inner = base64.b64decode(item["_rid"].replace("-", "/"))
    assert inner[:8] == raw
    assert inner[15] >> 4 == 0, "0 is a document"
    path = f"/dbs/{container['_self'].split('/')[1]}/colls/{container['_rid']}/docs/{item['_rid']}"
    status, read, _ = await call(http, "GET", path)
    assert (status, read["id"]) == (200, "kind")


async def test_the_owner_stands_in_the_headers_and_the_session_token_names_a_range(http: aiohttp.ClientSession) -> None:
    _, container, of_container = await call(http, "GET", f"{COLLS}/events")
    _, _, of_item = await call(http, "POST", DOCS, {"id": "owned", "store_id": "7"})
    assert of_item["x-ms-alt-content-path"] == "dbs/fraud/colls/events"
    assert of_item["x-ms-content-path"] == container["_rid"]
    assert of_container["x-ms-alt-content-path"] == "dbs/fraud"
    assert of_item["x-ms-session-token"].startswith("0:-1#")


async def test_quota_and_usage_are_told_of_what_an_answer_is_about(http: aiohttp.ClientSession) -> None:
    quota, usage = "x-ms-resource-quota", "x-ms-resource-usage"
    _, _, before = await call(http, "POST", DOCS, {"id": "used", "store_id": "7"})
    _, _, after = await call(http, "DELETE", f"{DOCS}/used")
    assert before[quota] == "documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;"
    number = int(before[usage].split("documentsCount=")[1].split(";")[0])
    assert f"documentsCount={number - 1};" in after[usage], "after a deletion it is what is left"

    _, _, database = await call(http, "GET", "/dbs/fraud")
    assert (database[quota], database[usage]) == ("databases=100;", "databases=1;")
    _, _, container = await call(http, "GET", f"{COLLS}/events")
    assert container[quota] == "collections=5000;"
    assert container[usage].startswith("collections=")
    _, _, asked = await call(http, "GET", f"{COLLS}/events", x_ms_documentdb_populatequotainfo="True")
    assert asked[quota] == "functions=25;storedProcedures=100;triggers=25;" + before[quota]
    assert asked[usage] == "functions=0;storedProcedures=0;triggers=0;" + after[usage]
    assert asked["x-ms-documentdb-collection-index-transformation-progress"] == "100"


async def test_a_read_with_a_session_token_of_the_future_is_not_available(http: aiohttp.ClientSession) -> None:
    await call(http, "POST", DOCS, {"id": "s", "store_id": "7"})
    status, _, headers = await call(http, "GET", f"{DOCS}/s", x_ms_session_token=f"0:-1#{2**62}")
    assert (status, headers["x-ms-substatus"]) == (404, "1002")
    assert (await call(http, "GET", f"{DOCS}/s", x_ms_session_token=headers.get("x-ms-session-token", "0:-1#1")))[
        0
    ] == 200


async def test_a_refusal_costs_more_than_nothing(http: aiohttp.ClientSession) -> None:
    await call(http, "POST", DOCS, {"id": "twice", "store_id": "7"})
    status, _, headers = await call(http, "POST", DOCS, {"id": "twice", "store_id": "7"})
    assert (status, float(headers["x-ms-request-charge"]) > 0) == (409, True)


async def test_a_charge_grows_with_the_document(http: aiohttp.ClientSession) -> None:
    charges: list[float] = []
    for size in (100, 100 * 1024):
        _, _, headers = await call(http, "POST", DOCS, {"id": f"c{size}", "store_id": "7", "pad": "x" * size})
        _, _, read = await call(http, "GET", f"{DOCS}/c{size}")
        charges += [float(headers["x-ms-request-charge"]), float(read["x-ms-request-charge"])]
    # 4.95 for up to 1 KB and 0.2 for each of id, store_id and pad: `docs/request-units.md` has the figures.
    assert charges[:2] == [5.55, 1.0]
    assert charges[2] == pytest.approx(50.7, abs=0.2)
    assert charges[3] == pytest.approx(10.0, abs=0.1)


async def test_return_minimal_leaves_the_body_out_of_databases_and_containers_too(http: aiohttp.ClientSession) -> None:
    status, body, _ = await call(http, "POST", "/dbs", {"id": "minimal"}, prefer="return=minimal")
    assert (status, body) == (201, None)
    path = "/dbs/minimal/colls"
    status, body, _ = await call(http, "POST", path, {"id": "c", "partitionKey": KEY}, prefer="return=minimal")
    assert (status, body) == (201, None)
    assert (await call(http, "DELETE", "/dbs/minimal"))[0] == 204


async def test_a_missing_container_has_no_sub_status_and_what_lies_below_has_1003(http: aiohttp.ClientSession) -> None:
    status, body, headers = await call(http, "GET", f"{COLLS}/none")
    assert (status, headers.get("x-ms-substatus")) == (404, None)
    assert "Resource Not Found" in body["message"]
    status, _, headers = await call(http, "GET", f"{COLLS}/none/docs/1")
    assert (status, headers["x-ms-substatus"]) == (404, "1003")


async def test_a_document_that_is_not_there_is_told_before_its_new_body_is_looked_at(
    http: aiohttp.ClientSession,
) -> None:
    assert (await call(http, "PUT", f"{DOCS}/nowhere", b"nonsense"))[0] == 404


async def test_raw_tabs_and_line_breaks_within_strings_are_taken(http: aiohttp.ClientSession) -> None:
    status, item, _ = await call(http, "POST", DOCS, b'{"id": "tab\tbed", "store_id": "7", "t": "a\r\nb\\n"}')
    assert (status, item["id"], item["t"]) == (201, "tab\tbed", "a\r\nb\n")


@pytest.mark.parametrize(("name", "path"), [("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a/b", None)])
async def test_ids_that_the_documentation_forbids_are_taken(
    http: aiohttp.ClientSession, name: str, path: str | None
) -> None:
    assert (await call(http, "POST", DOCS, {"id": name, "store_id": "7"}))[0] == 201
    if path is None:
        return
    headers = in_store("7", "GET", f"{DOCS}/{name}")
    async with http.get(URL(f"{DOCS}/{path}", encoded=True), headers=headers) as answer:
        assert (answer.status, (await answer.json())["id"]) == (200, name)


async def test_large_numbers_in_a_partition_key_are_doubles(http: aiohttp.ClientSession) -> None:
    body = b'{"id": "n", "store_id": 9007199254740993}'
    headers = signed("POST", DOCS) | {"x-ms-documentdb-partitionkey": "[9007199254740992]"}
    async with http.post(DOCS, data=body, headers=headers) as answer:
        assert answer.status == 201


@pytest.mark.parametrize(("value", "status"), [("é" * 1024, 201), ("é" * 1025, 400), ('"' * 2048, 201)])
async def test_a_partition_key_is_counted_in_bytes_of_its_value(
    http: aiohttp.ClientSession, value: str, status: int
) -> None:
    headers = signed("POST", DOCS) | {"x-ms-documentdb-partitionkey": json.dumps([value])}
    async with http.post(DOCS, json={"id": "k", "store_id": value}, headers=headers) as answer:
        assert answer.status == status


async def test_a_ttl_of_null_is_refused(http: aiohttp.ClientSession) -> None:
    assert (await call(http, "POST", DOCS, {"id": "t", "store_id": "7", "ttl": None}))[0] == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"x_ms_consistency_level": "Perhaps"},
        {"x_ms_consistency_level": "Strong"},
        {"x_ms_version": "yesterday"},
        {"x_ms_documentdb_content_serialization_format": "Xml"},
        {"x_ms_documentdb_content_serialization_format": "CosmosBinary"},
        {"x_ms_documentdb_responsecontinuationtokenlimitinkb": "0"},
    ],
)
async def test_headers_without_sense_are_refused(http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    status, body, _ = await call(http, "GET", DOCS, None, **headers)
    assert (status, bool(body["message"])) == (400, True)


async def test_query_metrics_come_when_they_are_asked_for(http: aiohttp.ClientSession) -> None:
    await call(http, "POST", DOCS, {"id": "m", "store_id": "metrics"}, x_ms_documentdb_partitionkey='["metrics"]')
    query = {"query": "SELECT * FROM c WHERE c.store_id = 'metrics'"}
    async with http.post(DOCS, json=query, headers=as_query()) as answer:
        assert "x-ms-documentdb-query-metrics" not in answer.headers
    wish = {"x-ms-documentdb-populatequerymetrics": "True", "x-ms-cosmos-populateindexmetrics": "True"}
    async with http.post(DOCS, json=query, headers=as_query() | wish) as answer:
        metrics = dict(pair.split("=") for pair in answer.headers["x-ms-documentdb-query-metrics"].split(";"))
        indexes = json.loads(base64.b64decode(answer.headers["x-ms-cosmos-index-utilization"]))
    assert (metrics["retrievedDocumentCount"], metrics["outputDocumentCount"]) == ("1", "1")
    assert float(metrics["totalExecutionTimeInMs"]) > 0
    assert [index["IndexSpec"] for index in indexes["UtilizedSingleIndexes"]] == ["/store_id/?"]


async def test_a_count_within_a_partition_comes_from_the_index_alone(http: aiohttp.ClientSession) -> None:
    await call(http, "POST", DOCS, {"id": "c", "store_id": "7"})
    wish = {"x-ms-documentdb-populatequerymetrics": "True", "x-ms-cosmos-populateindexmetrics": "True"}
    headers = as_query() | wish | {"x-ms-documentdb-partitionkey": '["7"]'}
    async with http.post(DOCS, json={"query": "SELECT VALUE COUNT(1) FROM c"}, headers=headers) as answer:
        metrics = dict(pair.split("=") for pair in answer.headers["x-ms-documentdb-query-metrics"].split(";"))
        indexes = json.loads(base64.b64decode(answer.headers["x-ms-cosmos-index-utilization"]))
    assert (metrics["retrievedDocumentCount"], metrics["indexUtilizationRatio"]) == ("0", "1.00")
    assert [index["IndexSpec"] for index in indexes["UtilizedSingleIndexes"]] == ["/store_id/?"]


@pytest.mark.parametrize(
    "query", ["SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a", "SELECT COUNT(1) AS n FROM c WHERE c.store_id = '7'"]
)
async def test_groups_and_sums_are_left_to_the_client_over_one_range_too(
    http: aiohttp.ClientSession, query: str
) -> None:
    async with http.post(DOCS, json={"query": query}, headers=as_query()) as answer:
        refusal = await answer.json()
        assert (answer.status, answer.headers["x-ms-substatus"]) == (400, "1004")
    features = "GroupBy,NonValueAggregate"
    grouping = {"x-ms-cosmos-is-query-plan-request": "True", "x-ms-cosmos-supported-query-features": features}
    async with http.post(DOCS, json={"query": query}, headers=as_query() | grouping) as answer:
        plan = await answer.json()
    assert plan["queryInfo"]["groupByAliasToAggregateType"]["n"] == "Count"
    assert json.loads(refusal["additionalErrorInfo"]) == plan
    within = as_query() | {"x-ms-documentdb-partitionkey": '["7"]'}
    async with http.post(DOCS, json={"query": query}, headers=within) as answer:
        assert answer.status == 200


async def test_a_batch_in_hybrid_row_is_answered_in_hybrid_row(http: aiohttp.ClientSession) -> None:
    body = b'{"id":"row","store_id":"7"}'
    row = bytes.fromhex("817054e17f") + struct.pack("<Bii", 0b1000011, 0, 2) + bytes([len(body)]) + body
    headers = in_store("7") | {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-atomic": "True"}
    async with http.post(DOCS, data=batch(row), headers=headers) as answer:
        answered = await answer.read()
    assert (answer.status, answered[:1]) == (200, FIRST_BYTE)
    assert struct.pack("<Bii", 0b1101, 201, 0) in answered


async def test_bulk_runs_each_operation_on_the_partition_that_it_names(http: aiohttp.ClientSession) -> None:
    operations = [
        {"operationType": "Create", "partitionKey": '["b1"]', "resourceBody": {"id": "1", "store_id": "b1"}},
        {"operationType": "Read", "partitionKey": '["b1"]', "id": "none"},
        {"operationType": "Upsert", "partitionKey": '["b2"]', "resourceBody": {"id": "1", "store_id": "b2"}},
    ]
    flags = {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-continue-on-error": "True"}
    async with http.post(DOCS, json=operations, headers=signed("POST", DOCS) | flags) as answer:
        results = await answer.json()
    assert (answer.status, [result["statusCode"] for result in results]) == (207, [201, 404, 201])


async def test_bulk_for_a_range_that_does_not_exist_is_gone(http: aiohttp.ClientSession) -> None:
    operations = [{"operationType": "Read", "partitionKey": '["b1"]', "id": "none"}]
    flags = {"x-ms-cosmos-is-batch-request": "True", "x-ms-documentdb-partitionkeyrangeid": "7"}
    async with http.post(DOCS, json=operations, headers=signed("POST", DOCS) | flags) as answer:
        assert (answer.status, answer.headers["x-ms-substatus"]) == (410, "1002")


async def test_every_document_of_a_partition_key_is_deleted(http: aiohttp.ClientSession) -> None:
    for name in ("a", "b"):
        await call(http, "POST", DOCS, {"id": name, "store_id": "gone"}, x_ms_documentdb_partitionkey='["gone"]')
    path = f"{COLLS}/events/operations/partitionkeydelete"
    headers = signed("POST", f"{COLLS}/events/partitionkey") | {"x-ms-documentdb-partitionkey": '["gone"]'}
    async with http.post(path, headers=headers) as answer:
        assert answer.status == 200
    headers = in_store("gone", "GET")
    async with http.get(DOCS, headers=headers) as answer:
        assert (await answer.json())["_count"] == 0


async def test_a_change_feed_goes_on_at_a_number_in_decimal_digits_or_at_an_etag_as_formerly(
    http: aiohttp.ClientSession,
) -> None:
    fed = {"x-ms-documentdb-partitionkey": '["fed"]', "a-im": "Incremental feed"}
    for name in "ab":
        await call(http, "POST", DOCS, {"id": name, "store_id": "fed"}, **fed)
    _, page, headers = await call(http, "GET", DOCS, **fed, x_ms_max_item_count="1")
    first = page["Documents"][0]
    assert headers["etag"] == f'"{first["_lsn"]}"'
    for continuation in (headers["etag"], headers["etag"].strip('"'), first["_etag"]):
        _, page, _ = await call(http, "GET", DOCS, **fed, if_none_match=continuation)
        assert [item["id"] for item in page["Documents"]] == ["b"], continuation
    for wrong in ('"', "0x10", "-1", "1" * 21, "\u0661"):
        status, _, _ = await call(http, "GET", DOCS, **fed, if_none_match=wrong)
        assert status == 400, wrong
