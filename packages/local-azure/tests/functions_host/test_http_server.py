"""The listening socket's own limits, shortened for the test."""

import asyncio

import pytest
from aiohttp import web

from local_azure.functions_host.http import server as module
from local_azure.functions_host.http.server import HttpServer


async def read_all(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def large(_: web.Request) -> web.Response:
    return web.Response(body=bytes(50_000_000))


async def exchange(data: bytes, handler: module.Handler, seconds: float = 30.0) -> bytes:
    """The answer of a server with this handler under every path, read until the server closes."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    server = HttpServer(application)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start(0))
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
        await server.stop()


async def test_a_built_in_route_waits_for_no_body_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_BUILT_IN_BODY_SECONDS", 0.2)
    head = b"POST /durabletask/orchestrators/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"
    assert await exchange(head, read_all) == b""


async def test_headers_that_do_not_arrive_end_the_connection(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.2)
    assert await exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n", read_all) == b""


async def test_a_client_that_reads_nothing_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(module, "_WRITE_SECONDS", 0.2)
    application = web.Application()
    application.router.add_get("/", large)
    server = HttpServer(application)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start(0), limit=1)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(30):
        while "does not read its answer" not in caplog.text:
            await asyncio.sleep(0.05)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(50_000_000)
    writer.close()
    await server.stop()
