"""The calls of the app's code to the services that it opens, read from its syntax."""

import ast
from collections.abc import Iterator

from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, BlobServiceClient, ContainerClient

from services import names
from tests.infra.deployment import ROOMS, ROOT

READER = "Storage Blob Data Reader"
CONTRIBUTOR = "Storage Blob Data Contributor"
SOME_CONTAINER = "a container that a variable names"
BLOB_WRITES = {"break_lease", "delete_blob", "set_blob_metadata", "upload_blob"}
_WRITERS = {"write_blob", "create_blob", "create_revision", "replace_revision", *BLOB_WRITES}
_CLIENTS = (
    *(BlobServiceClient, ContainerClient, BlobClient, BlobLeaseClient),
    *(CosmosClient, DatabaseProxy, ContainerProxy),
    *(EventHubProducerClient, EventHubConsumerClient),
    *(ServiceBusClient, ServiceBusReceiver, ServiceBusSender),
)
_CONTAINERS = {
    attribute: getattr(names, attribute)
    for attribute in ("ALL_EVENTS", "SUSPICIOUS_EVENTS", "FRAUD_EVENTS", "QUARANTINE", "REPORTS")
}


def container_roles() -> dict[str, str]:
    """The warehouse's containers that the code names, each with the role that is enough for what it does there."""
    roles: dict[str, str] = {}
    for module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and node.attr in _CONTAINERS:
                roles.setdefault(_CONTAINERS[node.attr], READER)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                roles |= dict.fromkeys(_written(node), CONTRIBUTOR)
    return roles


def called() -> set[str]:
    """The names of all functions and classes that the code calls or decorates with."""
    return {_name(node.func) for module in _modules() for node in ast.walk(module) if isinstance(node, ast.Call)}


def sdk_calls() -> set[str]:
    """The methods of the SDKs' clients that the code calls, by their names."""
    return called() & {name for client in _CLIENTS for name in dir(client) if not name.startswith("_")}


def _modules() -> Iterator[ast.Module]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield ast.parse(path.read_text())


def _written(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The containers that a function writes to or deletes from, as `write_blob(one, ...)` or `one.upload_blob(...)`."""
    variables = {
        node.targets[0].id: opened
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        for inner in ast.walk(node.value)
        if (opened := _opened(inner)) is not None
    }
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or _name(call.func) not in _WRITERS:
            continue
        for place in [call.func, *call.args[:1]]:
            for node in ast.walk(place):
                opened = variables.get(node.id) if isinstance(node, ast.Name) else _opened(node)
                if opened is not None:
                    yield opened


def _opened(node: ast.AST) -> str | None:
    """The container that a call of `warehouse` opens; None for everything else."""
    if not isinstance(node, ast.Call) or _name(node.func) != "warehouse" or not node.args:
        return None
    argument = node.args[0]
    return _CONTAINERS[argument.attr] if isinstance(argument, ast.Attribute) else SOME_CONTAINER


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
