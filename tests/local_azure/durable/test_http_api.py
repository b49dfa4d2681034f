"""The management API with requests that no SDK sends."""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import azure.durable_functions as df
import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.durable import http_query, purge
from local_azure.durable.http_api import add_routes
from tests.local_azure.durable.running import Context, RunningHub, Steps
from tests.support.web import serving

BASE = "/runtime/webhooks/durabletask"


class Api:
    """Raw requests to the API; paths are sent as they are."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self.port = int(address.rsplit(":", 1)[1])
        self._session = session

    async def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:
        sent = {"Content-Type": content_type} if body is not None else {}
        url = f"{self.address}{BASE}{path}"
        async with self._session.request(method, url, data=body, headers={**sent, **(headers or {})}) as response:
            text = await response.text()
            try:
                return response.status, json.loads(text or "null"), dict(response.headers)
            except ValueError:
                return response.status, text, dict(response.headers)


@pytest_asyncio.fixture
async def api(hub: RunningHub) -> AsyncIterator[Api]:
    @hub.orchestrator
    def echo(context: Context) -> Steps:
        return context.instance_id
        yield

    @hub.orchestrator
    def wait(context: Context) -> Steps:
        value = yield context.wait_for_external_event("go")
        return value

    @hub.orchestrator
    def fail(context: Context) -> Steps:
        raise ValueError("broken")
        yield

    @hub.entity
    def counter(context: Context) -> None:
        context.set_state({"of": context.entity_key})

    app = web.Application(client_max_size=1 << 30)
    add_routes(app, await hub.hub())
    async with serving(app) as address, aiohttp.ClientSession() as session:
        yield Api(address, session)


async def test_a_start_answers_with_urls_that_work(api: Api):
    status, urls, headers = await api("POST", "/orchestrators/echo/one")
    async with aiohttp.ClientSession() as session, session.get(urls["statusQueryGetUri"]) as response:
        assert response.status in {200, 202}

    assert (status, urls["id"], headers["Location"]) == (202, "one", urls["statusQueryGetUri"])
    assert set(urls) >= {"sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "rewindPostUri"}


async def test_a_start_can_wait_for_the_end(api: Api):
    done = await api("POST", "/orchestrators/echo/one?timeout=5&pollingInterval=1")
    late = await api("POST", "/orchestrators/wait/two?timeout=0.05&pollingInterval=0.01")
    wrong = await api("POST", "/orchestrators/wait/three?timeout=1&pollingInterval=2")

    assert done[:2] == (200, "one")
    assert late[0] == 202
    assert wrong[0] == 400


async def test_a_running_instance_answers_202_with_where_and_when_to_ask_again(api: Api):
    await api("POST", "/orchestrators/wait/w")
    status, _, headers = await api("GET", "/instances/w")

    assert (status, headers["Retry-After"]) == (202, "5")
    assert headers["Location"].endswith("/instances/w")


async def test_a_failed_instance_is_500_only_if_asked_for(api: Api):
    await api("POST", "/orchestrators/fail/f?timeout=5&pollingInterval=1")

    assert (await api("GET", "/instances/f"))[0] == 200
    assert (await api("GET", "/instances/f?returnInternalServerErrorOnFailure=true"))[0] == 500


async def test_pages_follow_each_other_without_gaps(api: Api):
    for number in range(25):
        await api("POST", f"/orchestrators/echo/e-{number:02}")
    seen: list[str] = []
    token: str | None = None
    while True:
        headers = {"x-ms-continuation-token": token} if token else {}
        status, page, answered = await api("GET", "/instances?top=10&instanceIdPrefix=e-", headers=headers)
        assert status == 200
        seen += [row["instanceId"] for row in page]
        if not (token := answered.get("x-ms-continuation-token")):
            break

    assert seen == [f"e-{number:02}" for number in range(25)]
    assert (await api("GET", "/instances", headers={"x-ms-continuation-token": "\xff*"}))[0] == 400


async def test_what_is_not_there_is_404(api: Api):
    for method, path in [
        ("GET", "/instances/nobody"),
        ("DELETE", "/instances/nobody"),
        ("POST", "/instances/nobody/terminate"),
        ("POST", "/instances/nobody/suspend"),
        ("POST", "/instances/nobody/rewind"),
        ("GET", "/entities/counter/nobody"),
        ("POST", "/instances/nobody/explode"),
        ("DELETE", "/instances?createdTimeFrom=2020-01-01T00:00:00Z"),
    ]:
        assert (await api(method, path))[0] == 404, (method, path)
    assert (await api("POST", "/instances/nobody/raiseEvent/go", b"1"))[0] == 404


async def test_what_is_wrong_is_400_with_a_reason(api: Api):
    await api("POST", "/orchestrators/wait/w")
    for method, path, body in [
        ("POST", "/orchestrators/nobody", None),
        ("POST", "/orchestrators/echo", b"{"),
        ("POST", "/orchestrators/echo", b"\xff\xfe"),
        ("POST", "/orchestrators/echo", b"[NaN]"),
        ("POST", "/orchestrators/echo", b"[" * 100_000),
        ("POST", "/orchestrators/echo/@x", None),
        ("POST", "/orchestrators/echo/a%23b", None),
        ("POST", "/orchestrators/echo/a%2Fb", None),
        ("POST", "/orchestrators/echo/a%00b", None),
        ("POST", "/orchestrators/echo/" + "x" * 257, None),
        ("POST", "/instances/w/raiseEvent/go", b"nonsense"),
        ("POST", "/instances/nobody/restart", None),
        ("GET", "/instances?runtimeStatus=Sleeping", None),
        ("GET", "/instances?createdTimeFrom=yesterday", None),
        ("DELETE", "/instances", None),
        ("GET", "/instances?taskHub=another", None),
        ("GET", "/entities/nobody/1", None),
        ("POST", "/entities/nobody/1?op=x", b"1"),
        ("POST", "/entities/a%40b/1?op=x", b"1"),
    ]:
        status, answer, _ = await api(method, path, body)
        assert status == 400, (method, path, answer)
        assert answer["ExceptionMessage"]
    assert (await api("POST", "/instances/w/raiseEvent/go", b"1", content_type="text/plain"))[0] == 400


async def test_a_second_start_is_409_and_a_purge_of_a_running_instance_412(api: Api):
    await api("POST", "/orchestrators/wait/w")

    assert (await api("POST", "/orchestrators/wait/w"))[0] == 409
    assert (await api("DELETE", "/instances/w"))[0] == 412


async def test_many_are_purged_in_slices_and_what_runs_is_kept(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(purge, "SLICE", 2)
    for number in range(7):
        await api("POST", f"/orchestrators/echo/e-{number}?timeout=5&pollingInterval=1")
    await api("POST", "/orchestrators/wait/e-3-waits")

    assert (await api("DELETE", "/instances?createdTimeFrom=2020-01-01T00:00:00Z"))[1] == {"instancesDeleted": 7}
    assert [row["instanceId"] for row in (await api("GET", "/instances"))[1]] == ["e-3-waits"]


async def test_a_body_beyond_the_limit_is_413_and_others_are_served(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_query, "MAX_BODY", 1000)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"[" * 500

    assert (await api("POST", "/orchestrators/echo", b'"' + b"x" * 1000 + b'"'))[0] == 413
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(f"{api.address}{BASE}/orchestrators/echo", data=endless()) as response:
                assert response.status == 413
        except aiohttp.ClientError:
            pass  # the server may close before the client has stopped sending
    assert (await api("POST", "/orchestrators/echo/fine"))[0] == 202


async def test_a_body_that_does_not_come_is_408(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_query, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(f"POST {BASE}/orchestrators/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n".encode())

    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_a_file_that_cannot_be_written_is_503_until_it_can(
    api: Api, hub: RunningHub, monkeypatch: pytest.MonkeyPatch
):
    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr((await hub.hub()).store, "transaction", full)
        status, answer, _ = await api("POST", "/orchestrators/echo/one")

    assert (status, answer) == (503, "the task hub cannot be used now: database or disk is full")
    assert (await api("POST", "/orchestrators/echo/one"))[0] == 202


@pytest.mark.parametrize(
    "instance_id", ["a b", "ü-ß", "100%", "a&b=c", "'; DROP TABLE instances; --", "{curly}", "x" * 256]
)
async def test_unusual_ids_are_found_again(api: Api, instance_id: str):
    path = quote(instance_id, safe="")
    status, urls, _ = await api("POST", f"/orchestrators/wait/{path}")
    assert (status, urls["id"]) == (202, instance_id)
    await api("POST", f"/instances/{path}/raiseEvent/go", b'"now"')
    async with asyncio.timeout(5):
        while (answer := await api("GET", f"/instances/{path}"))[0] == 202:
            await asyncio.sleep(0.01)

    assert (answer[1]["instanceId"], answer[1]["output"]) == (instance_id, "now")


async def test_entities_are_signalled_listed_and_deleted(api: Api):
    assert (await api("POST", "/entities/counter/a%2Fb?op=set", b"1"))[0] == 202
    assert (await api("POST", "/entities/counter/$?op=set"))[0] == 202
    assert (await api("POST", "/entities/counter/c?op=set", b"plain words", content_type="text/plain"))[0] == 202
    async with asyncio.timeout(5):
        while len(str((await api("GET", "/entities"))[1]).split("entityId")) < 4:
            await asyncio.sleep(0.01)
    _, listed, _ = await api("GET", "/entities/Counter?fetchState=true")

    assert {row["entityId"]["key"]: row["state"] for row in listed} == {
        "": {"of": ""},
        "a/b": {"of": "a/b"},
        "c": {"of": "c"},
    }
    assert (await api("DELETE", "/instances/@counter@c"))[:2] == (200, {"instancesDeleted": 1})
    assert (await api("GET", "/entities/counter/c"))[0] == 404


async def test_garbage_on_the_wire_hurts_nobody(api: Api):
    for garbage in (b"\x00\xff" * 100, b"GET /" + b"x" * 100_000, b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(garbage + b"\r\n\r\n")
        await writer.drain()
        assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    # A client that promises a body and never sends it keeps its own connection only.
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(f"POST {BASE}/orchestrators/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n".encode())

    assert (await api("POST", "/orchestrators/echo/fine"))[0] == 202
    writer.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(min_size=1, max_size=30),
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    body=st.binary(max_size=30),
)
def test_no_path_and_no_body_makes_the_api_fail(path: str, method: str, body: bytes):
    asyncio.run(_ask_anything(path, method, body))


async def _ask_anything(path: str, method: str, body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = RunningHub(Path(folder) / "hub.db", df.DFApp())
        app = web.Application()
        add_routes(app, await hub.hub())
        encoded = quote(path, safe="", errors="replace")
        async with serving(app) as address, aiohttp.ClientSession() as session:
            for prefix in (
                "/instances/",
                "/instances/x/",
                "/orchestrators/",
                "/entities/x/",
                "/instances?runtimeStatus=",
            ):
                url = f"{address}{BASE}{prefix}{encoded}"
                headers = {"Content-Type": "application/json", "x-ms-continuation-token": encoded}
                async with session.request(method, url, data=body, headers=headers) as response:
                    assert response.status < 500
        await hub.stop()
