"""Run an app's durable functions in this process, through the real SDK and its converters.

from local_azure.testing import SdkWorker

worker = SdkWorker(app)                            # a `DFApp`, registered as the host would find it
hub = TaskHub(database, worker, clock, settings)   # `RunningHub` does this for a test
"""

# The SDKs' function objects are not typed.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import inspect
import traceback
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
from azure.functions.durable_functions import ActivityTriggerConverter
from azure.functions.meta import Datum

from local_azure.durable.worker import FunctionFailedError, FunctionKind


class SdkWorker:
    """A `Worker` over the functions of a `DFApp`: no host, no network. `calls` counts the runs of each function."""

    def __init__(self, app: df.DFApp) -> None:
        self.app = app
        self._functions: dict[str, dict[str, Callable[..., Any]]] = {}
        self._inputs: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self.calls: dict[str, int] = {}
        for function in app.get_functions():
            trigger: Any = function.get_trigger()
            kind = str(trigger.type)
            chosen = getattr(trigger, "orchestration", None) or getattr(trigger, "activity", None)
            name = str(chosen or getattr(trigger, "entity_name", None) or function.get_function_name())
            self._names.setdefault(kind, []).append(name)
            name = name.lower()
            self._functions.setdefault(kind, {})[name] = function.get_user_function()
            self._inputs[name] = str(trigger.name)

    def has_orchestrator(self, name: str) -> bool:
        return name.lower() in self._functions.get("orchestrationTrigger", {})

    def has_activity(self, name: str) -> bool:
        return name.lower() in self._functions.get("activityTrigger", {})

    def has_entity(self, name: str) -> bool:
        return name.lower() in self._functions.get("entityTrigger", {})

    def names(self, kind: FunctionKind) -> list[str]:
        return self._names.get("orchestrationTrigger" if kind == "orchestrator" else f"{kind}Trigger", [])

    async def run_orchestrator(self, name: str, payload: str) -> str:
        return str(await self._call("orchestrationTrigger", name, payload))

    async def run_entity(self, name: str, payload: str) -> str:
        return str(await self._call("entityTrigger", name, payload))

    async def run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        value = ActivityTriggerConverter.decode(Datum(data, "json"), trigger_metadata=None) if data else None
        result = await self._call("activityTrigger", name, **{self._inputs[name.lower()]: value})
        try:
            return ActivityTriggerConverter.encode(result, expected_type=None).value
        except ValueError as error:
            raise FunctionFailedError(f"{type(error).__name__}: {error}", traceback.format_exc()) from error

    async def _call(self, kind: str, name: str, /, *args: Any, **named: Any) -> Any:
        self.calls[name.lower()] = self.calls.get(name.lower(), 0) + 1
        try:
            result = self._functions[kind][name.lower()](*args, **named)
            return await result if inspect.isawaitable(result) else result
        except Exception as error:
            raise FunctionFailedError(f"{type(error).__name__}: {error}", traceback.format_exc()) from error
