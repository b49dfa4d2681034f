"""The host of one app: connects its triggers, serves it, and stops it in order."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from aiohttp import web

from local_azure.core.clock import Clock
from local_azure.core.process import LOOPBACK, CannotStartError
from local_azure.durable.binding import WEBHOOK_BASE
from local_azure.durable.http_api import add_routes
from local_azure.functions_host.admin import Admin
from local_azure.functions_host.durable_engine import needs_engine, open_hub
from local_azure.functions_host.durable_worker import DurableWorker
from local_azure.functions_host.host_json import HostConfig
from local_azure.functions_host.http.handler import HttpFunctions
from local_azure.functions_host.http.keys import Keys, keyed
from local_azure.functions_host.http.routes import Match, Route, RouteTable
from local_azure.functions_host.http.server import HttpServer
from local_azure.functions_host.indexing.catalogue import EVENT_HUB, HTTP, SERVICE_BUS, TIMER
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.durable_clients import DurableClients
from local_azure.functions_host.invocation.invoker import Invoker
from local_azure.functions_host.settings import MissingSettingError
from local_azure.functions_host.timer.trigger import TimerTrigger
from local_azure.functions_host.workers.process import WorkerProcess
from local_azure.functions_host.workers.spread import SpreadWorker

_LOG = logging.getLogger(__name__)
_DRAIN_SECONDS = 10.0
_RESTART_SECONDS = 1.0
_TIME_ZONE_SETTING = "WEBSITE_TIME_ZONE"


class Listener(Protocol):
    """Brings work to a function: `run` until stopped, `stop` in order."""

    async def run(self) -> None:
        """Listen until stopped; raises if it cannot go on, and may be run again."""
        ...

    async def stop(self) -> None:
        """Take no more work and wait for the invocations that run."""
        ...


class Host:
    """Everything that runs for one app."""

    def __init__(
        self,
        functions: list[Function],
        config: HostConfig,
        invoker: Invoker,
        state: Path,
        *,
        keys: Keys | None = None,
        processes: Sequence[WorkerProcess] = (),
    ) -> None:
        """Raises CannotStartError naming every function whose trigger cannot be set up."""
        self._functions = functions
        self._config = config
        self._invoker = invoker
        self._state = state
        self._keys = keys
        self._clients = DurableClients()
        self._timers: dict[str, TimerTrigger] = {}
        self._routes: list[Route] = []
        self._listeners: dict[str, Listener] = {}
        self._running: list[asyncio.Task[None]] = []
        self._set_up_triggers()
        self._table = RouteTable(self._routes)
        self._http = HttpFunctions(self._table, config.extensions.http, keys)
        self._worker = SpreadWorker(DurableWorker(functions, invoker), processes)
        self._hub = open_hub(self._worker, config, state, keys and keys.system) if needs_engine(functions) else None

    async def start(self, port: int) -> str:
        """Open the port and start every trigger; answers the base URL."""
        application = web.Application()
        urls: dict[str, str] = {}
        root = self._table.find("GET", "/")
        admin = Admin(self._functions, urls, self._timers, self._keys)
        admin.add_routes(application, with_home_page=not isinstance(root, Match))
        if self._hub:
            add_routes(application, self._hub, (self._hub.rpc_base, WEBHOOK_BASE), keyed(self._keys, "system"))
        application.router.add_route("*", "/{path:(?s:.*)}", self._http.handle)
        application.on_response_prepare.append(_date_with(Clock.from_environment()))
        self._server = HttpServer(application)
        base = f"http://{LOOPBACK}:{await self._server.start(port)}"
        urls.update({route.caller.function.name: f"{base}/{route.template}" for route in self._routes})
        self._log_functions(urls)
        if self._hub:
            self._worker.start()
            self._clients.use(self._hub.client_binding(base))
            await self._hub.start()
        self._running = [asyncio.create_task(_keep_running(*named)) for named in self._listeners.items()]
        return base

    async def stop(self) -> None:
        """Take no more work, give what runs a bounded time to end, then close."""
        self._http.draining = True
        self._worker.drain()
        self._invoker.stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await asyncio.gather(*(listener.stop() for listener in self._listeners.values()))
                while self._invoker.running + self._worker.running:  # noqa: ASYNC110 - a bounded wait at the very end
                    await asyncio.sleep(0.05)
        if left := self._invoker.running + self._worker.running:
            _LOG.warning("%d invocations did not end within %g s and are cut off", left, _DRAIN_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._hub:
            await self._hub.stop()
        await self._worker.stop()
        self._invoker.close()
        await self._server.stop()

    def _set_up_triggers(self) -> None:
        set_up: dict[str, Callable[[Caller], None]] = {
            HTTP: self._set_up_http,
            TIMER: self._set_up_timer,
            EVENT_HUB: self._set_up_event_hub,
            SERVICE_BUS: self._set_up_service_bus,
        }
        problems = list[str]()
        for function in self._functions:
            if function.disabled or function.trigger.type not in set_up:
                continue
            try:
                set_up[function.trigger.type](Caller(function, self._invoker, self._clients))
            except (ValueError, MissingSettingError) as error:
                problems.append(f"function {function.name}: {error}")
        if problems:
            raise CannotStartError("the app cannot run here:\n" + "\n".join(f"  - {problem}" for problem in problems))

    def _set_up_http(self, caller: Caller) -> None:
        self._routes.append(Route(caller, self._config.extensions.http.route_prefix))

    def _set_up_timer(self, caller: Caller) -> None:
        if zone := os.environ.get(_TIME_ZONE_SETTING):
            raise ValueError(f"{_TIME_ZONE_SETTING}={zone} is not supported here: schedules are in UTC")
        timer = TimerTrigger(caller, self._state / "timers", Clock.from_environment())
        self._timers[caller.function.name] = self._listeners[caller.function.name] = timer

    # The SDKs of the two services take 30 MB together: an app without such triggers does not pay for them.

    def _set_up_event_hub(self, caller: Caller) -> None:
        from local_azure.functions_host.event_hubs.connect import open_trigger  # noqa: PLC0415

        self._listeners[caller.function.name] = open_trigger(caller, self._config.extensions.event_hubs)

    def _set_up_service_bus(self, caller: Caller) -> None:
        from local_azure.functions_host.service_bus.connect import open_trigger  # noqa: PLC0415

        self._listeners[caller.function.name] = open_trigger(caller, self._config.extensions.service_bus)

    def _log_functions(self, urls: dict[str, str]) -> None:
        lines = list[str]()
        for function in self._functions:
            note = " (disabled)" if function.disabled else ""
            methods = ",".join(function.trigger.properties.get("methods") or ["ALL"])
            address = f"[{methods}] {urls[function.name]}" if function.name in urls else function.trigger.type
            lines.append(f"{function.name}: {address}{note}")
        _LOG.info("Functions:\n\n%s\n", "\n".join(f"        {line}" for line in lines))


async def _keep_running(name: str, listener: Listener) -> None:
    """Run a listener, and again after a pause whenever it breaks: what it listens to may just be starting."""
    while True:
        try:
            await listener.run()
        except Exception as error:  # noqa: BLE001 - one trigger's fault must not stop the others
            _LOG.warning("%s: its trigger broke and starts again: %s: %s", name, type(error).__name__, error)
        else:
            return
        await asyncio.sleep(_RESTART_SECONDS)


def _date_with(clock: Clock) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Dates every answer by Azure's time, which may run faster: clients learn the time from it, as on Azure."""

    async def set_date(_: web.Request, answer: web.StreamResponse) -> None:
        answer.headers["Date"] = format_datetime(datetime.fromtimestamp(clock.timestamp(), UTC), usegmt=True)

    return set_date
