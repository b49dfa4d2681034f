"""Functions for tests that need no app: only the trigger's properties matter."""

from collections.abc import Callable
from typing import Any

from local_azure.functions_host.indexing.functions import Binding, Function
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.durable_clients import DurableClients
from local_azure.functions_host.invocation.invoker import Invoker
from local_azure.functions_host.invocation.user_loop import UserLoop


def a_function(trigger: str, call: Callable[..., Any] = print, **properties: Any) -> Function:
    """A function whose trigger has these properties."""
    binding = Binding("value", trigger, "IN", properties.get("dataType"), properties)
    return Function(name=properties.get("name", "it"), call=call, directory=".", trigger=binding)


def a_caller(function: Function) -> Caller:
    """Calls the function for real, on a loop and threads of its own."""
    return Caller(function, Invoker(UserLoop(), None), DurableClients())
