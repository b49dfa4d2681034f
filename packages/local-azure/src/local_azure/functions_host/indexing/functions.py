"""A function as the host knows it: its trigger and bindings in the terms of function.json, and the code to call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_azure.functions_host.invocation.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of function.json. `properties` keeps the extension's own fields (route, schedule, ...)."""

    name: str
    type: str
    direction: str
    data_type: str | None
    properties: Mapping[str, Any]

    def text(self, key: str) -> str:
        """A text property, "" if it is not set."""
        value = self.properties.get(key)
        return value if isinstance(value, str) else ""

    @property
    def is_binary(self) -> bool:
        """True if the host passes bytes; without `data_type=BINARY` Azure passes text, decoded as UTF-8."""
        return (self.data_type or "").lower() == "binary"


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the app, ready to be called.

    `returns` is the binding type that the return value goes to (`http`, or the trigger's own for durable functions).
    """

    name: str
    call: Callable[..., Any]
    directory: str
    trigger: Binding
    inputs: tuple[Binding, ...] = ()
    outputs: tuple[Binding, ...] = ()
    returns: str | None = None
    is_async: bool = False
    needs_context: bool = False
    retry: RetryPolicy | None = None
    disabled: bool = False
    trigger_annotation: Any = field(default=None, compare=False)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """The trigger first, then inputs and outputs."""
        return (self.trigger, *self.inputs, *self.outputs)
