"""HTTP called from an orchestrator."""

import json
from typing import Any

from aiohttp import web

from local_azure.testing.web import serving
from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import probe


@probe
async def durable_http(client: Client) -> Any:
    async def echo(request: web.Request) -> web.Response:
        wanted = ("content-type", "user-agent", "accept", "accept-encoding")
        headers = {name: request.headers.get(name) for name in wanted}
        told = {"method": request.method, "body": await request.text(), "headers": headers}
        return web.json_response(told, headers={"X-One": "1", "X-List": "a, b"})

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPFound("/echo")

    async def pending(request: web.Request) -> web.Response:
        return web.Response(status=202, headers={"Location": "/echo", "Retry-After": "1"})

    served = web.Application()
    served.router.add_route("*", "/echo", echo)
    served.router.add_route("*", "/redirect", redirect)
    served.router.add_route("*", "/pending", pending)
    results: dict[str, Any] = {}
    async with serving(served) as address:
        asked = {
            "get": {"url": f"{address}/echo"},
            "dict": {"url": f"{address}/echo", "method": "POST", "content": {"a": 1}},
            "text": {"url": f"{address}/echo", "method": "PUT", "content": "x", "headers": {"X-Mine": "1"}},
            "json": {
                "url": f"{address}/echo",
                "method": "POST",
                "content": "1",
                "headers": {"Content-Type": "application/json"},
            },
            "redirect": {"url": f"{address}/redirect"},
            "redirected post": {"url": f"{address}/redirect", "method": "POST", "content": "x"},
            "pending": {"url": f"{address}/pending"},
            "missing": {"url": f"{address}/missing"},
            "nobody": {"url": "http://127.0.0.1:9/"},
            "no url": {"url": "not a url"},
        }
        for name, request in asked.items():
            status = await client.run("web", f"web-{name.replace(' ', '-')}", request)
            text = json.dumps(status["output"]).replace(address, "SERVER")
            output = even(json.loads(text))
            if isinstance(output, str):
                output = output.partition("\n   at ")[0].partition('"HttpRequestError"')[0]
            results[name] = [status["runtimeStatus"], output]
            if isinstance(results[name][1], dict):
                for header in ("Date", "Server"):
                    results[name][1]["headers"][header] = type(results[name][1]["headers"].get(header)).__name__
    return results
