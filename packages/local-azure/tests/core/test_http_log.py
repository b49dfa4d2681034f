import asyncio
import logging

import pytest
from aiohttp import web

from local_azure.core.http_log import http_logger
from local_azure.core.process import LOOPBACK

SECRET = b"do-not-repeat-me"


async def _answers_to(*, sent: bytes, hang_up: bool = False, fail: bool = False) -> bytes:
    arrived = asyncio.Event()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        arrived.set()
        if fail:
            raise ZeroDivisionError("a mistake of our own")
        await request.read()
        return web.Response()

    server = web.Server(handle, logger=http_logger())
    listening = await asyncio.get_running_loop().create_server(server, LOOPBACK, 0)
    reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    writer.write(sent)
    try:
        if not hang_up:
            return await asyncio.wait_for(reader.read(12), 5)
        await asyncio.wait_for(arrived.wait(), 5)
        writer.transport.abort()
        await asyncio.sleep(0.1)
        return b""
    finally:
        writer.close()
        listening.close()
        await server.shutdown(timeout=1)


def test_what_is_no_http_is_one_line_without_the_payload(caplog: pytest.LogCaptureFixture):
    assert asyncio.run(_answers_to(sent=b"GET / HTTP/1.1\r\n" + SECRET + b"\r\n\r\n")).endswith(b"400")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "not HTTP as it should be" in caplog.text
    assert SECRET.decode() not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_client_that_hangs_up_is_one_line(caplog: pytest.LogCaptureFixture):
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"
    asyncio.run(_answers_to(sent=head + SECRET, hang_up=True))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "hung up" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_mistake_of_our_own_keeps_its_traceback(caplog: pytest.LogCaptureFixture):
    assert asyncio.run(_answers_to(sent=b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", fail=True)).endswith(b"500")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "a mistake of our own" in caplog.text
