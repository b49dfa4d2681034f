"""Gives each durable function to the process that has the least to do: the host's own is one of them."""

import asyncio
from collections.abc import Sequence

from local_azure.durable.worker import FunctionKind
from local_azure.functions_host.durable_worker import DurableWorker
from local_azure.functions_host.workers.process import WorkerProcess, WorkerProcessEndedError


class SpreadWorker:
    """The engine's `Worker` over the app in this process and in others.

    What a process leaves behind that ends is run again in another, as Azure's host does: durable functions are run
    at least once.
    """

    def __init__(self, own: DurableWorker, processes: Sequence[WorkerProcess] = ()) -> None:
        self._own = own
        self._processes = processes
        self._running_here = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._draining = False
        self.has_orchestrator, self.has_activity, self.has_entity = (
            own.has_orchestrator,
            own.has_activity,
            own.has_entity,
        )
        self.names = own.names

    def start(self) -> None:
        """Start the processes. Until they are ready everything runs here."""
        self._tasks = [asyncio.create_task(process.run()) for process in self._processes]

    @property
    def running(self) -> int:
        """The number of functions that run in other processes."""
        return sum(process.running for process in self._processes)

    def drain(self) -> None:
        """Begin nothing new: what the engine asks for from now on waits until the engine is stopped."""
        self._draining = True

    async def stop(self) -> None:
        """End the processes, whatever they do."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_orchestrator(self, name: str, payload: str) -> str:
        """Replay an orchestrator. Raises FunctionFailedError."""
        return await self._run("orchestrator", name, "", payload) or ""

    async def run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        """Run an activity. Raises FunctionFailedError."""
        return await self._run("activity", name, instance_id, data)

    async def run_entity(self, name: str, payload: str) -> str:
        """Run a batch of operations on an entity. Raises FunctionFailedError."""
        return await self._run("entity", name, "", payload) or ""

    async def _run(self, kind: FunctionKind, name: str, instance_id: str, payload: str | None) -> str | None:
        if self._draining:
            await asyncio.Event().wait()
        while process := self._least_busy():
            try:
                return await process.call(kind, name, instance_id, payload)
            except WorkerProcessEndedError:
                continue
        self._running_here += 1
        try:
            return await self._own.run(kind, name, instance_id, payload)
        finally:
            self._running_here -= 1

    def _least_busy(self) -> WorkerProcess | None:
        """The process to call; None for this one."""
        ready = [process for process in self._processes if process.is_ready]
        process = min(ready, key=lambda each: each.running, default=None)
        # This one has the triggers too.
        return process if process and process.running <= self._running_here else None
