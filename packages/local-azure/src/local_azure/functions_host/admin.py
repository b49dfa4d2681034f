"""The host's own pages: status for people at `/`, and the admin API that Azure's host has, as far as it helps here."""

import asyncio
import html
import os
import platform
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from local_azure.functions_host.http.handler import problem
from local_azure.functions_host.http.keys import Keys, keyed
from local_azure.functions_host.indexing.catalogue import HTTP
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.timer.trigger import TimerTrigger

_STARTED = time.monotonic()
_NO_HOME_PAGE_SETTING = "AzureWebJobsDisableHomepage"


class Admin:
    """Built-in routes. With keys, all but the ping and the page at `/`, then without a list, ask for the master key."""

    def __init__(
        self,
        functions: list[Function],
        urls: Mapping[str, str],
        timers: Mapping[str, TimerTrigger],
        keys: Keys | None = None,
    ) -> None:
        self._functions = functions
        self._keys = keys
        self._urls = urls
        self._timers = timers
        self._fired: set[asyncio.Task[None]] = set()

    def add_routes(self, application: web.Application, *, with_home_page: bool) -> None:
        """Serve `/admin/host/*` and `/admin/functions*`, and `/` if no function has it."""
        if with_home_page and os.environ.get(_NO_HOME_PAGE_SETTING, "").lower() != "true":
            application.router.add_get("/", self._home)
        application.router.add_get("/admin/host/ping", self._ping)
        application.router.add_post("/admin/host/ping", self._ping)
        master = keyed(self._keys, "admin")
        application.router.add_get("/admin/host/status", master(self._status))
        application.router.add_get("/admin/functions", master(self._list))
        application.router.add_get("/admin/functions/{name}", master(self._describe))
        application.router.add_post("/admin/functions/{name}", master(self._fire))

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": "localhost",
                "state": "Running",
                "version": "4.0-local",
                "versionDetails": f"local_azure.functions_host on Python {platform.python_version()}",
                "instanceId": str(os.getpid()),
                "processUptime": int((time.monotonic() - _STARTED) * 1000),
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([self._metadata(function, request) for function in self._functions])

    async def _describe(self, request: web.Request) -> web.Response:
        function = self._named(request.match_info["name"])
        if function is None:
            return problem(404, f"there is no function {request.match_info['name'][:200]}")
        return web.json_response(self._metadata(function, request))

    async def _fire(self, request: web.Request) -> web.Response:
        """Run a timer function now; 202 at once, as on Azure."""
        name = request.match_info["name"]
        function = self._named(name)
        if function is None:
            return problem(404, f"there is no function {name[:200]}")
        timer = self._timers.get(function.name)
        if timer is None:
            return problem(400, f"{function.name} is a {function.trigger.type}; only timer functions run by hand here")
        task = asyncio.create_task(timer.fire())
        self._fired.add(task)
        task.add_done_callback(self._fired.discard)
        return web.Response(status=202)

    def _named(self, name: str) -> Function | None:
        return next((function for function in self._functions if function.name.lower() == name.lower()), None)

    def _metadata(self, function: Function, request: web.Request) -> dict[str, Any]:
        return {
            "name": function.name,
            "href": str(request.url.with_path(f"/admin/functions/{function.name}").with_query(None)),
            "invoke_url_template": self._urls.get(function.name),
            "language": "python",
            "config": {"bindings": [dict(binding.properties) for binding in function.bindings]},
            "isDisabled": function.disabled,
        }

    async def _home(self, _: web.Request) -> web.Response:
        shown = [] if self._keys else sorted(self._functions, key=lambda each: each.trigger.type)
        rows = "".join(self._row(function) for function in shown)
        page = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Functions host</title>"
            "<style>body{font:16px system-ui;margin:3rem auto;max-width:60rem}td{padding:.2rem 1rem .2rem 0}</style>"
            "<h1>The functions host is running</h1>"
            f"<table><tr><th align=left>Function<th align=left>Trigger<th align=left>Address{rows}</table></html>"
        )
        return web.Response(text=page, content_type="text/html")

    def _row(self, function: Function) -> str:
        properties = function.trigger.properties
        place = self._urls.get(function.name) or next(
            (str(properties[key]) for key in ("schedule", "eventHubName", "queueName") if key in properties), ""
        )
        methods = " ".join(properties.get("methods") or ()) if function.trigger.type == HTTP else ""
        cells = (function.name, function.trigger.type, f"{methods} {place}")
        return "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells)
