"""Runs the app's orchestrators, activities and entities for the durable engine, through the SDK's own converters."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's converters carry no annotations.

import traceback
from collections.abc import Iterable
from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

from local_azure.durable.worker import FunctionFailedError, FunctionKind
from local_azure.functions_host.indexing.catalogue import ACTIVITY, ENTITY, ORCHESTRATION, durable_name
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.context import Invocation
from local_azure.functions_host.invocation.invoker import InvocationError, Invoker


class DurableWorker:
    """The engine's `Worker` over this host's functions; names match without regard to case."""

    def __init__(self, functions: Iterable[Function], invoker: Invoker) -> None:
        self._invoker = invoker
        self._by_type: dict[str, dict[str, Function]] = {ORCHESTRATION: {}, ACTIVITY: {}, ENTITY: {}}
        for function in functions:
            if function.trigger.type in self._by_type and not function.disabled:
                self._by_type[function.trigger.type][durable_name(function).lower()] = function

    def has_orchestrator(self, name: str) -> bool:
        """True if the app has an orchestrator of this name."""
        return name.lower() in self._by_type[ORCHESTRATION]

    def has_activity(self, name: str) -> bool:
        """True if the app has an activity of this name."""
        return name.lower() in self._by_type[ACTIVITY]

    def has_entity(self, name: str) -> bool:
        """True if the app has an entity of this name."""
        return name.lower() in self._by_type[ENTITY]

    def names(self, kind: FunctionKind) -> list[str]:
        """The names of the app's functions of a kind."""
        by_kind = {"orchestrator": ORCHESTRATION, "activity": ACTIVITY, "entity": ENTITY}
        return [durable_name(function) for function in self._by_type[by_kind[kind]].values()]

    async def run(self, kind: FunctionKind, name: str, instance_id: str, payload: str | None) -> str | None:
        """Run a function of this kind. Raises FunctionFailedError."""
        if kind == "activity":
            return await self.run_activity(name, instance_id, payload)
        run = self.run_orchestrator if kind == "orchestrator" else self.run_entity
        return await run(name, payload or "")

    async def run_orchestrator(self, name: str, payload: str) -> str:
        """Replay an orchestrator over its history; answers the SDK's JSON. Raises FunctionFailedError."""
        return await self._run(ORCHESTRATION, name, Datum(payload, "string"))

    async def run_activity(self, name: str, instance_id: str, data: str | None) -> str | None:
        """Run an activity with its input as JSON; answers its result as JSON. Raises FunctionFailedError."""
        result = await self._run(ACTIVITY, name, Datum("null" if data is None else data, "json"))
        converter: Any = func.get_binding_registry().get(ACTIVITY)
        try:
            answer: Datum = converter.encode(result, expected_type=None)
        except ValueError as error:
            raise FunctionFailedError(f"{type(error).__name__}: {error}", traceback.format_exc()) from error
        return answer.value

    async def run_entity(self, name: str, payload: str) -> str:
        """Run a batch of operations on an entity; answers the SDK's JSON. Raises FunctionFailedError."""
        return await self._run(ENTITY, name, Datum(payload, "string"))

    async def _run(self, kind: str, name: str, payload: Datum) -> Any:
        function = self._by_type[kind][name.lower()]
        converter: Any = func.get_binding_registry().get(kind)
        arguments = {function.trigger.name: converter.decode(payload, trigger_metadata={})}
        try:
            return await self._invoker.invoke(function, arguments, Invocation())
        except InvocationError as error:
            details = "".join(traceback.format_exception(error.cause))
            raise FunctionFailedError(f"{type(error.cause).__name__}: {error.cause}", details) from error
