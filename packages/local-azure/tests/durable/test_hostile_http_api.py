"""The management API under bodies that are too large, too slow or garbage, and on a disk that is full."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import azure.durable_functions as df
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.durable import http_query
from local_azure.durable.http_api import add_routes
from local_azure.testing.running_hub import RunningHub
from local_azure.testing.web import serving
from tests.durable.api import BASE, Api


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
    writer.write(f"POST {BASE}/orchestrators/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n".encode())

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

    assert (status, answer) == (503, {"Message": "The task hub cannot be used now: database or disk is full"})
    assert (await api("POST", "/orchestrators/echo/one"))[0] == 202


async def test_garbage_on_the_wire_hurts_nobody(api: Api):
    for garbage in (b"\x00\xff" * 100, b"GET /" + b"x" * 100_000, b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(garbage + b"\r\n\r\n")
        await writer.drain()
        assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    # A client that promises a body and never sends it keeps its own connection only.
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(f"POST {BASE}/orchestrators/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n".encode())

    assert (await api("POST", "/orchestrators/echo/fine"))[0] == 202
    writer.close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
