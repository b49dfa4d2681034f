from collections.abc import Callable
from typing import Any, TypeVar

from azure.functions import AuthLevel, Blueprint as FunctionsBlueprint, FunctionApp
from azure.functions.decorators.function_app import FunctionBuilder

_Function = TypeVar("_Function", bound=Callable[..., Any])

class Blueprint(FunctionsBlueprint):
    """Registers orchestrations, activities and entities beside a blueprint's other functions."""

    def __init__(self, http_auth_level: AuthLevel | str = ...) -> None: ...
    def orchestration_trigger(
        self, context_name: str, orchestration: str | None = None, input_type: type | None = None
    ) -> Callable[[Callable[..., Any]], FunctionBuilder]: ...
    def activity_trigger(
        self, input_name: str, activity: str | None = None
    ) -> Callable[[Callable[..., Any]], FunctionBuilder]: ...
    def entity_trigger(
        self, context_name: str, entity_name: str | None = None
    ) -> Callable[[Callable[..., Any]], FunctionBuilder]: ...
    def durable_client_input(
        self, client_name: str, task_hub: str | None = None, connection_name: str | None = None
    ) -> Callable[[_Function], _Function]: ...

class DFApp(Blueprint, FunctionApp): ...
