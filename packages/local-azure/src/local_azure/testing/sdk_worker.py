"""Run an app's durable functions in this process, through the real SDK and its converters."""

# The SDKs' function objects are not typed.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import inspect
import traceback
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
from azure.functions.durable_functions import ActivityTriggerConverter
from azure.functions.meta import Datum

from local_azure.durable.worker import FunctionFailedError


class SdkWorker:
    """A `Worker` over the functions of a `DFApp`: no host, no network. `calls` counts the runs of each function."""

    def __init__(self, app: df.DFApp) -> None:
        self.app = app
        self._functions: dict[str, dict[str, Callable[..., Any]]] = {}
        self._inputs: dict[str, str] = {}
        self.calls: dict[str, int] = {}
        for function in app.get_functions():
            trigger: Any = function.get_trigger()
            kind = str(trigger.type)
            chosen = getattr(trigger, "orchestration", None) or getattr(trigger, "activity", None)
            name = str(chosen or getattr(trigger, "entity_name", None) or function.get_function_name()).lower()
            self._functions.setdefault(kind, {})[name] = function.get_user_function()
            self._inputs[name] = str(trigger.name)

    def has_orchestrator(self, name: str) -> bool:
        return name.lower() in self._functions.get("orchestrationTrigger", {})

    def has_activity(self, name: str) -> bool:
        return name.lower() in self._functions.get("activityTrigger", {})

    def has_entity(self, name: str) -> bool:
        return name.lower() in self._functions.get("entityTrigger", {})

    async def run_orchestrator(self, name: str, payload: str) -> str:
        return str(await self._call("orchestrationTrigger", name, payload))

    async def run_entity(self, name: str, payload: str) -> str:
        return str(await self._call("entityTrigger", name, payload))

    async def run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        value = ActivityTriggerConverter.decode(Datum(data, "json"), trigger_metadata=None) if data else None
        result = await self._call("activityTrigger", name, **{self._inputs[name.lower()]: value})
        return ActivityTriggerConverter.encode(result, expected_type=None).value

    async def _call(self, kind: str, name: str, /, *args: Any, **named: Any) -> Any:
        self.calls[name.lower()] = self.calls.get(name.lower(), 0) + 1
        try:
            result = self._functions[kind][name.lower()](*args, **named)
            return await result if inspect.isawaitable(result) else result
        except Exception as error:
            # An orchestrator's message is the SDK's own, with its actions; others are reported with their type.
            message = str(error) if kind == "orchestrationTrigger" else f"{type(error).__name__}: {error}"
            raise FunctionFailedError(message, traceback.format_exc()) from error
