"""Requests that no SDK would send: each is answered in the protocol, and the others are still served."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.cosmos.running import Cosmos
from tests.cosmos.signed import DOCS, as_query, in_store, signed

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_only")]
BOOTSTRAP = str(Path(__file__).parents[1] / "data" / "entities" / "cosmos.json")


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """One part for all: none of the requests may harm it."""
    running = Cosmos(tmp_path_factory.mktemp("hostile") / "state", "--bootstrap", BOOTSTRAP)
    yield running
    assert running.stop() == 0


@pytest.fixture
async def http(part: Cosmos) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain client; at the end the part must still serve."""
    async with aiohttp.ClientSession(part.endpoint) as session:
        yield session
        async with session.post(DOCS, data=b'{"query":"SELECT VALUE 1"}', headers=as_query()) as answer:
            assert (await answer.json())["Documents"] == [1]


async def refusal(http: aiohttp.ClientSession, data: object, headers: dict[str, str]) -> tuple[int, str]:
    """Status and message of a refused POST on documents."""
    async with http.post(DOCS, data=data, headers=headers) as answer:
        body = await answer.json()
        assert set(body) == {"code", "message"}
        return answer.status, body["message"]


def rss(part: Cosmos) -> int:
    """The part's memory in MB."""
    status = Path(f"/proc/{part.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_the_account_itself_is_read_only(http: aiohttp.ClientSession, method: str):
    async with http.request(method, "/", headers=signed(method, "/")) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"id": "x", "store_id": "7"',
        b"[]",
        b"null",
        b'"text"',
        b'{"id": "x", "store_id": "7", "n": NaN}',
        b'{"id": "x", "store_id": "7", "n": 1e999}',
        b'{"id": "x", "store_id": "7", "n": ' + b"9" * 1_000_000 + b"}",
        b'{"id": "x", "store_id": "7", "s": "\\ud800"}',
        b'{"id": "\\udfff", "store_id": "7"}',
        b'{"id": "x", "store_id": "7", "s": "\xff\xfe"}',
        b'{"id": "x", "store_id": "7", "deep": ' + b"[" * 129 + b"]" * 129 + b"}",
        b'{"id": "x", "store_id": "7", "deep": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b"[" * 1_000_000,
    ],
)
async def test_a_body_that_is_not_a_document_is_refused(http: aiohttp.ClientSession, body: bytes) -> None:
    status, _ = await refusal(http, body, in_store("7"))
    assert status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ms-documentdb-partitionkey": "["},
        {"x-ms-documentdb-partitionkey": '"7"'},
        {"x-ms-documentdb-partitionkey": '["7", "8"]'},
        {"x-ms-documentdb-partitionkey": '[["7"]]'},
        {"x-ms-documentdb-partitionkey": "[" * 7_000},
        {"x-ms-documentdb-partitionkey": '["' + "x" * 3_000 + '"]'},
        {"x-ms-documentdb-pre-trigger-include": "t", "x-ms-documentdb-partitionkey": '["7"]'},
        {"x-ms-cosmos-is-batch-request": "true", "x-ms-documentdb-partitionkey": '["7"]'},
        {},
    ],
)
async def test_headers_that_make_no_sense(http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    status, _ = await refusal(http, b'{"id": "x", "store_id": "7"}', signed("POST", DOCS) | headers)
    assert status == 400


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"[1]", b'[{"operationType": "Explode"}]', b'[{"operationType": "Read"}]', b"[" * 100_000]
    + [b'[{"operationType": "Create", "resourceBody": ' + body + b"}]" for body in (b"1", b"{}", b'{"id": 1}')],
)
async def test_a_body_that_is_not_a_batch_is_refused(http: aiohttp.ClientSession, body: bytes) -> None:
    headers = in_store("7") | {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-atomic": "True"}
    async with http.post(DOCS, data=body, headers=headers) as answer:
        answered = await answer.json()
    statuses = {answer.status} if answer.status != 207 else {result["statusCode"] for result in answered}
    assert statuses == {400}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM c WHERE " + "(" * 50_000 + "1=1" + ")" * 50_000,
        "SELECT * FROM c WHERE " + "NOT (" * 5_000 + "true" + ")" * 5_000,
        "SELECT VALUE " + "-" * 100_000 + "1",
        "SELECT VALUE " + "+".join("1" * 100_000),
        "SELECT VALUE " + "[" * 50_000,
        "SELECT VALUE " + "1 ?? " * 10_000 + "1",
        "SELECT VALUE " + "true ? 1 : " * 10_000 + "1",
        "SELECT VALUE @p" + "[0]" * 10_000,
        "SELECT VALUE '" + "x" * 600_000 + "'",
        "SELECT VALUE CONCAT(" + ",".join(["'a'"] * 5_000) + ")",
        "SELECT VALUE 'a' LIKE '['",
        "SELECT " + "c AS a" * 1_000 + " FROM c",
        "\x00",
        "SELECT VALUE '\\ud800'",
        "SELECT TOP -1 * FROM c",
        "SELECT * FROM c OFFSET 99999999999999999999 LIMIT 1",
        "SELECT VALUE 1" + ";",
    ],
)
async def test_queries_that_no_one_should_ask(http: aiohttp.ClientSession, query: str) -> None:
    start = time.monotonic()
    status, _ = await refusal(
        http, json.dumps({"query": query, "parameters": [{"name": "@p", "value": []}]}), as_query()
    )
    assert status == 400
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("count", [1_000, 15_000])
async def test_a_chain_of_thousands_of_ors_is_answered(http: aiohttp.ClientSession, count: int) -> None:
    async with http.post(DOCS, data=b'{"id": "n1", "store_id": "7"}', headers=in_store("7")) as answer:
        assert answer.status in (201, 409)
    for condition in ("c.id = 'n{}'", "(c.id = 'n{}' AND c.store_id = '7')", "c.qty = {} OR c.id = 'n{}'"):
        chain = " OR ".join(condition.replace("{}", str(number)) for number in range(1, count // 2))
        body = json.dumps({"query": f"SELECT VALUE c.id FROM c WHERE {chain}"})
        async with http.post(DOCS, data=body, headers=as_query()) as answer:
            assert (await answer.json())["Documents"] == ["n1"]


async def test_a_result_that_repeats_the_document_without_end_is_refused(http: aiohttp.ClientSession) -> None:
    large = json.dumps({"id": "large", "store_id": "9", "pad": "x" * 1_500_000})
    async with http.post(DOCS, data=large, headers=in_store("9")) as answer:
        assert answer.status in (201, 409)
    columns = ", ".join(f"c AS a{number}" for number in range(5_000))
    query = {"query": f"SELECT {columns} FROM c WHERE c.id = 'large'"}
    status, message = await refusal(http, json.dumps(query), as_query())
    assert status == 400
    assert "too large" in message


async def test_an_endless_body_is_cut_off(http: aiohttp.ClientSession, part: Cosmos) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536
            await asyncio.sleep(0)

    async def send() -> int:
        try:
            async with http.post(DOCS, data=endless(), headers=in_store("7")) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 413  # cut off before the answer could be read

    assert set(await asyncio.gather(*[send() for _ in range(60)])) <= {413, 503}
    assert rss(part) < 300


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nNot a header\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: v\r\n" % number for number in range(10_000)) + b"\r\n",
        b"POST /dbs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /dbs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET http://[::1/dbs HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"SMASH /dbs HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
@pytest.mark.usefixtures("http")
async def test_what_is_no_http_is_answered_with_400_or_closed(part: Cosmos, request_bytes: bytes) -> None:
    host, port = part.endpoint.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request_bytes)
        answer = connection.recv(1_000)
    assert answer == b"" or b" 400 " in answer.split(b"\r\n")[0]


async def test_a_container_cannot_lose_its_id(http: aiohttp.ClientSession) -> None:
    path = "/dbs/fraud/colls/events"
    async with http.put(
        path, headers=signed("PUT", path), data=b'{"partitionKey": {"paths": ["/store_id"]}}'
    ) as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/dbs"),
        ("PUT", "/dbs/fraud"),
        ("DELETE", "/dbs/fraud/colls"),
        ("POST", "/dbs/fraud/colls/events"),
        ("DELETE", DOCS),
        ("POST", f"{DOCS}/x"),
    ],
)
async def test_methods_that_an_address_has_not(http: aiohttp.ClientSession, method: str, path: str) -> None:
    headers = signed(method, path) | {"x-ms-documentdb-partitionkey": '["7"]'}
    async with http.request(method, path, headers=headers, data=b"{}") as answer:
        assert answer.status == 405


@pytest.mark.parametrize("authorization", ["", "x", "type=aad&ver=1.0&sig=a.b.c", "type=master&ver=1.0&sig=ä", "%zz"])
async def test_a_header_that_is_not_a_signature_is_refused(http: aiohttp.ClientSession, authorization: str) -> None:
    async with http.get("/dbs", headers={"authorization": authorization}) as answer:
        assert answer.status == 401


async def test_long_scans_let_others_be_served(http: aiohttp.ClientSession) -> None:
    batch = in_store("many") | {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-atomic": "True"}
    for start in range(0, 1_500, 100):
        operations = [
            {"operationType": "Upsert", "resourceBody": {"id": str(number), "store_id": "many", "text": "a" * 300}}
            for number in range(start, start + 100)
        ]
        async with http.post(DOCS, data=json.dumps(operations), headers=batch) as answer:
            assert answer.status == 200
    slow = "SELECT VALUE COUNT(1) FROM c WHERE c.text LIKE '" + "%a" * 60 + "%[b]%'"

    async def scan() -> int:
        async with http.post(DOCS, data=json.dumps({"query": slow}), headers=as_query()) as answer:
            return answer.status

    scans = [asyncio.create_task(scan()) for _ in range(3)]
    await asyncio.sleep(0.05)
    waits: list[float] = []
    scans_start = time.monotonic()
    while not all(task.done() for task in scans):
        start_time = time.monotonic()
        async with http.get(f"{DOCS}/7", headers=in_store("many", "GET", f"{DOCS}/7")) as answer:
            assert answer.status == 200
        waits.append(time.monotonic() - start_time)
    assert {task.result() for task in scans} == {200}
    assert len(waits) >= 5
    # The typical read waits for slices, not for whole scans.
    assert sorted(waits)[len(waits) // 2] < (time.monotonic() - scans_start) / 5
