"""Durable HTTP calls against a real server."""

from collections.abc import AsyncIterator
from typing import Any

import azure.durable_functions as df
import pytest_asyncio
from aiohttp import web

from local_azure.testing.running_hub import Context, RunningHub, Steps
from local_azure.testing.web import serving


@pytest_asyncio.fixture
async def server() -> AsyncIterator[str]:
    """A server that tells what it was asked, and one path that is never ready."""

    async def echo(request: web.Request) -> web.Response:
        body = await request.text()
        content_type = request.headers.get("Content-Type")
        return web.json_response({"method": request.method, "body": body, "type": content_type})

    async def pending(request: web.Request) -> web.Response:
        return web.Response(status=202, headers={"Location": "/pending"})

    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_route("*", "/pending", pending)
    async with serving(app) as address:
        yield address


def register_caller(hub: RunningHub) -> None:
    @hub.orchestrator
    def call(context: Context) -> Steps:
        request: dict[str, Any] = context.get_input()
        response = yield context.call_http(request["method"], request["uri"], request.get("content"))
        return response


async def test_the_response_comes_back_whole(hub: RunningHub, server: str):
    register_caller(hub)
    status = await hub.run("call", {"method": "POST", "uri": f"{server}/echo", "content": {"a": 1}})

    response = status["output"]
    assert response["statusCode"] == 200
    assert "Content-Type" not in response["headers"]
    assert len(response["headers"]["Server"]) == 2
    assert response["content"] == '{"method": "POST", "body": "{\\"a\\": 1}", "type": "text/plain"}'


async def test_a_202_is_given_to_user_code_as_it_is(hub: RunningHub, server: str):
    """The SDK of 1.x does not poll, so polling here would work on this machine only."""
    register_caller(hub)
    status = await hub.run("call", {"method": "GET", "uri": f"{server}/pending"})

    assert (status["output"]["statusCode"], status["output"]["headers"]["Location"]) == (202, "/pending")


async def test_a_server_that_is_not_there_fails_the_call(hub: RunningHub):
    register_caller(hub)
    status = await hub.run("call", {"method": "GET", "uri": "http://127.0.0.1:9/"})

    assert status["runtimeStatus"] == "Failed"
    assert "Connection refused (127.0.0.1:9) \n {" in status["output"]


async def test_a_managed_identity_is_refused(hub: RunningHub, server: str):
    @hub.orchestrator
    def call(context: Context) -> Steps:
        token = df.ManagedIdentityTokenSource("https://management.core.windows.net")
        yield context.call_http("GET", f"{server}/echo", token_source=token)

    status = await hub.run("call")

    assert status["runtimeStatus"] == "Failed"
    assert "managed identity is not available" in status["output"]
