"""The limits of the HTTP endpoint, set low so that no test waits long."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from local_azure.core.http_bodies import BodyLimits
from local_azure.cosmos.endpoint import Endpoint, Limits
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import Reply

BODIES = BodyLimits(body_bytes=4_000_000, held_bytes=20_000_000, seconds=2)
LIMITS = Limits(BODIES, first_request_seconds=0.3, connections=8)
LARGE = b'"' + b"x" * 16_000_000 + b'"'
"""More than the system holds for two sockets: 4 MB in the one that sends, and little in one that is not read."""


async def answer(request: Request) -> Reply:
    """Echo the size of the body; `/large` answers with 16 MB."""
    if request.segments == ("broken",):
        raise ZeroDivisionError
    return Reply(200, LARGE if request.segments == ("large",) else b"%d" % len(request.body))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    endpoint = Endpoint(answer, answer, LIMITS)
    yield await endpoint.listen("127.0.0.1", 0)
    await endpoint.close()


async def talk(port: int, request: bytes) -> bytes:
    """The bytes that come back until the endpoint closes the connection, or for half a minute."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=len(LARGE))
    received = b""
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            while chunk := await reader.read(len(LARGE)):
                received += chunk
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return received


async def test_a_body_that_does_not_come_is_given_up(port: int) -> None:
    assert b" 408 " in await talk(port, b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nslow")


async def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(port: int) -> None:
    assert b" 413 " in await talk(port, b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000001\r\n\r\n")


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    assert await talk(port, b"") == b""
    assert await talk(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nSlow: ") == b""


async def test_more_connections_than_allowed_are_closed_and_the_others_served(port: int) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    async with asyncio.timeout(30):
        while sum(reader.at_eof() or reader.exception() is not None for reader, _ in silent) < 12:
            await asyncio.sleep(0.01)
    assert b" 200 " in await talk(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    for _, writer in silent:
        writer.close()


async def test_answers_that_nobody_reads_are_dropped_and_their_room_is_free_again(port: int) -> None:
    request = b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(request)
    await reader.readexactly(1)
    assert b" 503 " in await talk(port, request)
    async with asyncio.timeout(30):
        while len(await talk(port, request)) <= len(LARGE):
            await asyncio.sleep(0.1)
    writer.close()


async def test_a_fault_of_the_service_is_a_500_with_an_error_body(port: int) -> None:
    received = await talk(port, b"GET /broken HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b" 500 " in received
    assert b'"code":"InternalServerError"' in received
