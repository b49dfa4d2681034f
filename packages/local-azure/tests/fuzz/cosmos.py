"""Targets of Cosmos: its REST interface over sockets, its queries and its batches in HybridRow in this process."""

import asyncio
import contextlib
import http.client
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.core.faults import Held
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.bootstrap import read_bootstrap
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.hybrid_row import read_operations
from local_azure.cosmos.request import Request
from local_azure.cosmos.service import Service
from local_azure.testing.chance import Chance
from local_azure.testing.fuzzing import Fuzzed, Try
from local_azure.testing.watching import watched
from tests.cosmos.running import Cosmos
from tests.cosmos.signed import DOCS, as_query, in_store
from tests.data import ENTITIES
from tests.fuzz.cosmos_inputs import Asked, document, expression, hybrid_batch, query_body, request

_SECONDS = 15.0
_NO_BODY = (204, 304)
_LONGEST_HEADER = 8_000


@contextmanager
def _rest(folder: Path) -> Generator[Try]:
    state = folder / "state"
    part = Cosmos(state, "--bootstrap", str(ENTITIES / "cosmos.json"))
    try:
        address = part.addresses[0].removeprefix("http://").rstrip("/")
        with watched(part, state) as watch:
            connection = http.client.HTTPConnection(address, timeout=_SECONDS)

            def ask(chance: Chance) -> None:
                asked = request(chance)
                try:
                    _check(asked, *_answer(connection, asked))
                finally:
                    watch.check_log()

            yield ask
            _, body = _answer(connection, Asked("POST", DOCS, as_query(), b'{"query":"SELECT VALUE 1"}'))
            assert json.loads(body)["Documents"] == [1], "an honest client is not served"
            connection.close()
    finally:
        part.stop()


def _answer(connection: http.client.HTTPConnection, asked: Asked) -> tuple[int, bytes]:
    try:
        connection.request(asked.method, asked.path, asked.body, asked.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except Exception:
        connection.close()
        raise


def _check(asked: Asked, status: int, body: bytes) -> None:
    summary = f"{asked.method} {asked.path} {asked.headers} {asked.body[:300]!r}: {status} {body[:300]!r}"
    assert status < 500, summary
    if max(map(len, asked.headers.values())) > _LONGEST_HEADER:
        assert status == 400, summary
        return  # the HTTP server refuses it before the part reads anything
    if asked.method != "HEAD" and status >= 400 and status not in _NO_BODY:
        assert {"code", "message"} <= json.loads(body).keys(), summary


@contextmanager
def _queries(folder: Path) -> Generator[Try]:
    loop = asyncio.new_event_loop()
    try:
        service = loop.run_until_complete(_service(folder))

        def answer(body: bytes) -> None:
            asked = Request("POST", ("dbs", "fraud", "colls", "events", "docs"), as_query(), body, "http://localhost")
            try:
                loop.run_until_complete(service.answer(asked))
            except CosmosError as refusal:
                _check_refusal(refusal, body)
            except (RecursionError, UnicodeEncodeError):
                return  # the HTTP endpoint answers both with 400

        def ask(chance: Chance) -> None:
            answer(query_body(chance))
            answer(json.dumps({"query": f"SELECT VALUE {expression(chance)} FROM c"}).encode())

        yield ask
        service.close()
    finally:
        loop.close()


async def _service(folder: Path) -> Service:
    service = Service(folder / "state", Clock(), AccountKey(COSMOS_KEY), Held(Faults()))
    await service.prepare(read_bootstrap(ENTITIES / "cosmos.json"))
    chance = Chance("documents")
    for number in range(20):
        body = json.dumps(document(chance) | {"id": str(number), "store_id": "7"}).encode()
        headers = {**in_store("7"), "x-ms-documentdb-is-upsert": "true"}
        with contextlib.suppress(CosmosError):
            await service.answer(Request("POST", ("dbs", "fraud", "colls", "events", "docs"), headers, body, ""))
    return service


@contextmanager
def _hybrid_rows(_: Path) -> Generator[Try]:
    def read(chance: Chance) -> None:
        body = hybrid_batch(chance)
        try:
            read_operations(body)
        except CosmosError as refusal:
            _check_refusal(refusal, body)

    yield read


def _check_refusal(refusal: CosmosError, body: bytes) -> None:
    assert refusal.status == 400, f"{body!r}: {refusal.message}"


IN_PROCESS = (Fuzzed("cosmos-queries", _queries), Fuzzed("cosmos-hybrid-rows", _hybrid_rows))
OVER_SOCKETS = (Fuzzed("cosmos-rest", _rest, share=0.5),)
