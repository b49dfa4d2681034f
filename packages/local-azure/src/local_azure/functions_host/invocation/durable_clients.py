"""The argument for a durable client input: the binding's JSON, from which the SDK builds its client."""

from local_azure.functions_host.indexing.catalogue import DURABLE_CLIENT
from local_azure.functions_host.indexing.functions import Function


class DurableClients:
    """Arguments for the durable client inputs of any function."""

    def __init__(self) -> None:
        self._binding = ""

    def use(self, binding: str) -> None:
        """Hand out this binding from now on: the engine serves."""
        self._binding = binding

    def arguments(self, function: Function) -> dict[str, object]:
        """The client parameters of a function, by name; empty for most functions."""
        return {each.name: self._binding for each in function.inputs if each.type == DURABLE_CLIENT}
