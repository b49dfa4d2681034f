"""The host of one app: loads it, connects its triggers, serves it, and stops it in order."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from local_azure.clock import Clock
from local_azure.functions_host.admin import Admin
from local_azure.functions_host.durable_host import DurableClients
from local_azure.functions_host.host_json import HostConfig
from local_azure.functions_host.http.handler import HttpFunctions
from local_azure.functions_host.http.routes import Route, RouteTable
from local_azure.functions_host.http.server import HttpServer
from local_azure.functions_host.indexing.catalogue import HTTP, TIMER
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.invoker import Invoker
from local_azure.functions_host.settings import MissingSettingError
from local_azure.functions_host.timer.trigger import TimerTrigger
from local_azure.process import LOOPBACK, CannotStartError

_LOG = logging.getLogger(__name__)
_DRAIN_SECONDS = 10.0


class Host:
    """Everything that runs for one app."""

    def __init__(self, functions: list[Function], config: HostConfig, invoker: Invoker, state: Path) -> None:
        """Raises CannotStartError naming every function whose trigger cannot be set up."""
        self._functions = functions
        self._invoker = invoker
        self._clients = DurableClients()
        self._timers: dict[str, TimerTrigger] = {}
        self._tasks: list[asyncio.Task[None]] = []
        routes, problems = list[Route](), list[str]()
        for function in (each for each in functions if not each.disabled):
            try:
                if function.trigger.type == HTTP:
                    routes.append(Route(function, config.extensions.http.route_prefix))
                elif function.trigger.type == TIMER:
                    self._timers[function.name] = TimerTrigger(
                        function, invoker, self._clients, state / "timers", Clock.from_environment()
                    )
            except (ValueError, MissingSettingError) as error:
                problems.append(f"function {function.name}: {error}")
        if problems:
            raise CannotStartError("the app cannot run here:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self._routes = RouteTable(routes)
        self._http = HttpFunctions(self._routes, invoker, self._clients, config.extensions.http)

    async def start(self, port: int) -> str:
        """Open the port and start every trigger; answers the base URL."""
        application = web.Application()
        urls: dict[str, str] = {}
        Admin(self._functions, urls, self._timers).add_routes(application)
        application.router.add_route("*", "/{path:.*}", self._http.handle)
        self._server = HttpServer(application)
        base = f"http://{LOOPBACK}:{await self._server.start(port)}"
        urls.update({route.function.name: f"{base}/{route.template}" for route in self._routes.routes})
        self._log_functions(urls)
        for timer in self._timers.values():
            self._watch(timer.run(), timer.function.name)
        return base

    async def stop(self) -> None:
        """Take no more work, give what runs a bounded time to end, then close."""
        self._http.draining = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._invoker.running:  # noqa: ASYNC110 - a bounded wait at the very end
                    await asyncio.sleep(0.05)
        if left := self._invoker.running:
            _LOG.warning("%d invocations did not end within %g s and are cut off", left, _DRAIN_SECONDS)
        self._invoker.close()
        await self._server.stop()

    def _watch(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_report_end)
        self._tasks.append(task)

    def _log_functions(self, urls: dict[str, str]) -> None:
        lines = list[str]()
        for function in self._functions:
            note = " (disabled)" if function.disabled else ""
            methods = ",".join(function.trigger.properties.get("methods") or ["ALL"])
            address = f"[{methods}] {urls[function.name]}" if function.name in urls else function.trigger.type
            lines.append(f"{function.name}: {address}{note}")
        _LOG.info("Functions:\n\n%s\n", "\n".join(f"        {line}" for line in lines))


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _LOG.error("the trigger of %s ended; its function will not run again", task.get_name(), exc_info=error)
