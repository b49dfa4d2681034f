"""A task hub: the store, the engine that works on it, and the client's face, in one process."""

import asyncio
import logging
import secrets
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from local_azure.core.clock import Clock
from local_azure.durable.activities import ActivityPump
from local_azure.durable.binding import RPC_BASE, client_binding, started_urls
from local_azure.durable.client import HubClient
from local_azure.durable.context import HubContext
from local_azure.durable.entities import EntityRunner
from local_azure.durable.errors import NotFoundError
from local_azure.durable.http_activity import call_http
from local_azure.durable.orchestrator import Orchestrator
from local_azure.durable.session import Session, SessionCache
from local_azure.durable.settings import HubSettings
from local_azure.durable.store import Store
from local_azure.durable.tasks import HTTP_ACTIVITY
from local_azure.durable.timers import TimerService
from local_azure.durable.work_queue import WorkQueue
from local_azure.durable.worker import Worker

log = logging.getLogger(__name__)

FEW = 8
"""With so few open tasks every completion is taken in at once."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.004, 0.1
"""Real seconds for which completions of a wide fan-out are gathered, so that one replay serves many: twice as long as a
replay takes, within these bounds. The last completion ends the pause."""


class TaskHub:
    """The durable engine over one SQLite file. Use `client` between `start` and `stop`; only one process may own it."""

    def __init__(
        self, database: Path, worker: Worker, clock: Clock, settings: HubSettings, key: str | None = None
    ) -> None:
        """`key` is the system key that the webhooks ask for; the SDK's own address is then one that nobody guesses."""
        self.settings = settings
        self._key = key
        self.rpc_base = f"{RPC_BASE}/{secrets.token_urlsafe(24)}" if key else RPC_BASE
        self._worker = worker
        self.store = Store(database)
        self.sessions = SessionCache(self.store, settings.history_cache_bytes, settings.history_cache_seconds)
        context = HubContext(self.store, self.sessions, worker, clock, settings, self)
        orchestrator, entities = Orchestrator(context), EntityRunner(context)
        self._instances = WorkQueue("instances", settings.max_concurrent_orchestrators, orchestrator.work)
        self._entities = WorkQueue("entities", settings.max_concurrent_entities, entities.work)
        self._activities = ActivityPump(
            self.store, clock, settings.max_concurrent_activities, self._run_activity, self._completed
        )
        in_order = not settings.early_timers
        self._timers = TimerService(self.store, clock, self._instances.put, in_order=in_order)
        self.client = HubClient(context)
        self._finishing: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    async def start(self) -> None:
        """Go on where the file stands."""
        targets = self.store.targets()
        log.info("task hub %s: %d inboxes with work", self.settings.hub_name, len(targets))
        for part in (self._instances, self._entities, self._activities, self._timers):
            part.start()
        self.committed(targets)

    async def stop(self) -> None:
        """Stop where it stands and close the file. What was not committed is done again at the next start."""
        for part in (self._timers, self._instances, self._entities, self._activities):
            await part.stop()
        self.store.close()

    def client_binding(self, base_url: str) -> str:
        """The `durableClient` binding's JSON for a host at this origin."""
        return client_binding(base_url, self.settings.hub_name, self._key, self.rpc_base)

    def management_urls(self, base_url: str, instance_id: str) -> dict[str, str]:
        """The body of a check-status response over HTTP."""
        return started_urls(base_url, self.settings.hub_name, instance_id, self._key)

    def export_history(self, instance_id: str) -> dict[str, Any]:
        """A recorded history: name, execution, status, output, and the trigger's payload, for replay tests.

        `output` is JSON text, or the text of a failure; `payload` is what the SDK would get next, the whole history and
        all inputs in it.

        Raises NotFoundError for an unknown instance.
        """
        instance = self.store.instance(instance_id)
        if instance is None:
            raise NotFoundError(f"No instance with ID '{instance_id}' was found.")
        payload = Session(instance, self.store.history(instance_id), keep_inputs=True).payload()
        return {
            "name": instance.name,
            "execution": instance.execution,
            "status": instance.status,
            "output": instance.output,
            "payload": msgspec.json.decode(payload),
        }

    async def _run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        if name == HTTP_ACTIVITY:
            return await call_http(data)
        return await self._worker.run_activity(name, instance_id, data)

    async def wait_until_finished(self, instance_id: str, timeout: float) -> bool:  # noqa: ASYNC109 - the API's own
        """True if the instance has ended within so many real seconds."""
        if self.client.status(instance_id).is_finished:
            return True
        ended = self._finishing.setdefault(instance_id, asyncio.Event())
        try:
            async with asyncio.timeout(timeout):
                await ended.wait()
        except TimeoutError:
            return False
        return True

    def finished(self, instance_id: str) -> None:
        """An instance has ended: tell who waits for it."""
        if ended := self._finishing.get(instance_id):
            ended.set()

    def committed(self, targets: list[str]) -> None:
        """Something was committed: work on the inboxes, and look for new activities and timers."""
        for target in targets:
            (self._entities if target.startswith("@") else self._instances).put(target)
        self._activities.wake()
        self._timers.wake()

    def _completed(self, instance_id: str) -> None:
        """A completion has arrived: work on the instance, soon if many more are on their way."""
        session = self.sessions.get(instance_id)
        if session is None or session.replay is None:
            self._instances.put(instance_id)
            return
        session.arrived += 1
        if session.replay.open_tasks <= max(FEW, session.arrived):
            self._instances.put(instance_id)
        else:
            pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, 2 * session.replay_seconds))
            self._instances.put_later(instance_id, pause)
