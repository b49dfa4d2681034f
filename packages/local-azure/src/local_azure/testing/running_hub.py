"""A task hub that a test starts, stops and starts again.

    from local_azure.testing import RunningHub

    async def test_a_greeting(tmp_path):
        hub = RunningHub(tmp_path / "hub.db", df.DFApp())

        @hub.activity
        def greet(name: str) -> str:
            return f"hello {name}"

        @hub.orchestrator
        def politely(context):
            return (yield context.call_activity("greet", context.get_input()))

        assert (await hub.run("politely", "Ada"))["output"] == "hello Ada"
        await hub.stop()

The real SDK and the real engine run, with an hour in a minute. `hub.stop()` and the next use are a restart of the host.
"""

# The SDK's decorators are not typed.
# pyright: reportUnknownMemberType=false

import asyncio
import contextlib
import inspect
import json
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

import azure.durable_functions as df

from local_azure.core.clock import Clock
from local_azure.durable.errors import NotFoundError
from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.durable.status import instance_status
from local_azure.testing.sdk_worker import SdkWorker

Function = TypeVar("Function", bound=Callable[..., Any])
Context = Any
"""The SDK's orchestration or entity context, whose members are not typed."""

Steps = Generator[Any, Any, Any]
"""The generator that an orchestrator returns."""

FAST = Clock(real_origin=time.time(), azure_origin=time.time(), speed=60)
"""Durable minutes pass in a second."""


class RunningHub:
    """An app and the hub that runs it. The hub starts with the first use, so that a test can register functions."""

    def __init__(self, database: Path, app: df.DFApp, settings: HubSettings | None = None) -> None:
        self.database = database
        self.app = app
        self.settings = settings or HubSettings(max_concurrent_activities=20)
        self.clock = FAST
        self.worker: SdkWorker | None = None
        self._hub: TaskHub | None = None

    def orchestrator(self, function: Function) -> Function:
        """Register an orchestrator; its parameter is `context`."""
        self.app.orchestration_trigger(context_name="context")(function)
        return function

    def activity(self, function: Function) -> Function:
        """Register an activity with one parameter of any name."""
        self.app.activity_trigger(input_name=next(iter(inspect.signature(function).parameters)))(function)
        return function

    def entity(self, function: Function) -> Function:
        """Register an entity; its parameter is `context`."""
        self.app.entity_trigger(context_name="context")(function)
        return function

    @staticmethod
    def clock_at_speed(speed: float) -> Clock:
        """A clock that starts now."""
        now = time.time()
        return Clock(real_origin=now, azure_origin=now, speed=speed)

    async def hub(self) -> TaskHub:
        """The hub, started."""
        if self._hub is None:
            if self.worker is None or self.worker.app is not self.app:
                self.worker = SdkWorker(self.app)
            self._hub = TaskHub(self.database, self.worker, self.clock, self.settings)
            await self._hub.start()
        return self._hub

    async def stop(self) -> None:
        """Stop it; the next use starts another one over the same file."""
        if self._hub is not None:
            hub, self._hub = self._hub, None
            await hub.stop()

    async def start(self, name: str, value: Any = None, instance_id: str | None = None) -> str:
        """Start an orchestrator as the SDK's client does: its input is JSON in JSON."""
        hub = await self.hub()
        return hub.client.start(name, json.dumps(json.dumps(value)), instance_id)

    async def status(self, instance_id: str) -> dict[str, Any]:
        """The status payload of an instance."""
        hub = await self.hub()
        return instance_status(hub.client.status(instance_id))

    async def ended(self, instance_id: str, seconds: float = 60) -> dict[str, Any]:
        """The status payload of an instance once it has ended."""
        hub = await self.hub()
        if not await hub.wait_until_finished(instance_id, seconds):
            raise AssertionError(f"{instance_id} has not ended: {await self.status(instance_id)}")
        return await self.status(instance_id)

    async def run(self, name: str, value: Any = None, instance_id: str | None = None) -> dict[str, Any]:
        """Start an orchestrator and wait for its end."""
        return await self.ended(await self.start(name, value, instance_id))

    async def history(self, instance_id: str) -> list[dict[str, Any]]:
        """The stored history, event by event."""
        hub = await self.hub()
        return [json.loads(text) for text in hub.client.history(instance_id)]

    async def until(self, instance_id: str, **expected: Any) -> dict[str, Any]:
        """The status payload of an instance once it holds these values."""
        async with asyncio.timeout(10):
            while True:
                status = await self.status(instance_id)
                if all(status[key] == value for key, value in expected.items()):
                    return status
                await asyncio.sleep(0.005)

    @staticmethod
    async def eventually(holds: Callable[[], bool]) -> None:
        """Wait until something holds; what does not exist yet counts as not holding."""
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(NotFoundError):
                    if holds():
                        return
                await asyncio.sleep(0.005)
