"""The rights that a run has used: what the local parts have noted, in the words of Azure's roles for data."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from local_azure.testing import Operation
from services import names
from tests.infra.grants import Grant

_USER_AGENTS: Final = {"local-azure-stream-analytics": "stream-job", "local-azure-capture": "capture"}
"""The parts that have an identity of their own on Azure; every other client is the app."""
DEPLOYMENT: Final = "local-azure-bootstrap"
"""Makes the containers, as Bicep does there."""
WAREHOUSE: Final = {
    names.ALL_EVENTS,
    names.SUSPICIOUS_EVENTS,
    names.FRAUD_EVENTS,
    names.QUARANTINE,
    names.REPORTS,
}

_READ: Final = {"blobs/read", "containers/read"}
_CONTRIBUTE: Final = _READ | {"blobs/write", "blobs/delete", "containers/write"}
ACTIONS: Final[Mapping[str, set[str]]] = {
    "Azure Event Hubs Data Receiver": {"receive", "manage"},
    "Azure Event Hubs Data Sender": {"send", "manage"},
    "Azure Service Bus Data Receiver": {"receive", "manage"},
    "Azure Service Bus Data Sender": {"send"},
    "Storage Blob Data Reader": _READ,
    "Storage Blob Data Contributor": _CONTRIBUTE,
    "Storage Blob Data Owner": _CONTRIBUTE,
    "Cosmos DB Built-in Data Contributor": {
        "readMetadata",
        "executeQuery",
        "readChangeFeed",
        "batch",
        *(f"items/{name}" for name in ("create", "read", "replace", "upsert", "delete")),
    },
}
"""The actions that a role allows (Microsoft, "Azure built-in roles", and "Data plane security reference" of Cosmos DB).
`manage` is a request to an entity's management node: properties of a hub, locks and peeks of a queue."""
LESSER: Final[Mapping[str, set[str]]] = {
    "Storage Blob Data Contributor": _READ,
    "Storage Blob Data Owner": _READ,
    "Cosmos DB Built-in Data Contributor": {"readMetadata", "executeQuery", "readChangeFeed", "items/read"},
    "Azure Event Hubs Data Receiver": {"manage"},
    "Azure Event Hubs Data Sender": {"manage"},
    "Azure Service Bus Data Receiver": {"manage"},
}
"""The actions that a lesser role allows too: a role is needed only if a run does more."""


class Use(NamedTuple):
    """An identity, what it did in the words of ACTIONS, and where in the words of `Grant.scope`."""

    identity: str
    action: str
    scope: str


def uses(operations: Iterable[Operation]) -> set[Use]:
    """The rights that operations have used. Raises ValueError for an operation that is unknown here."""
    return {_use(operation) for operation in operations if DEPLOYMENT not in operation.client}


def _use(operation: Operation) -> Use:
    identity = next((name for agent, name in _USER_AGENTS.items() if agent in operation.client), "function-app")
    first, _, _ = operation.resource.partition("/")
    if operation.name in ("send", "receive", "manage"):
        kind = "queue" if first == names.WINDOW_QUEUE else "hub"
        return Use(identity, operation.name, f"{kind} {first or names.EVENT_HUB}")
    if " " in operation.name:
        scope = f"container {first}" if first in WAREHOUSE else "account stapp"
        return Use(identity, _blob_action(operation.name), scope)
    if first in ("", names.DATABASE):
        return Use(identity, operation.name, f"database {names.DATABASE}")
    raise ValueError(f"{operation} is unknown here")


def _blob_action(name: str) -> str:
    method, kind = name.split()[:2]
    if kind == "blob":
        return {"GET": "blobs/read", "HEAD": "blobs/read", "PUT": "blobs/write", "DELETE": "blobs/delete"}[method]
    if method in ("GET", "HEAD"):
        return "blobs/read" if name.endswith("comp=list") else "containers/read"
    return "containers/write"


def without_a_role(used: Iterable[Use], grants: Iterable[Grant]) -> set[Use]:
    """The operations that no grant allows."""
    granted = list(grants)
    return {
        use
        for use in used
        if not any(
            (grant.identity, grant.scope) == (use.identity, use.scope) and use.action in ACTIONS.get(grant.role, ())
            for grant in granted
        )
    }


def without_a_use(used: Iterable[Use], grants: Iterable[Grant]) -> set[Grant]:
    """Grants that nothing needed: no operation is beyond what a lesser role would allow."""
    done = set(used)
    return {
        grant
        for grant in grants
        if grant.role in ACTIONS
        and not any(
            (use.identity, use.scope) == (grant.identity, grant.scope)
            and use.action in ACTIONS[grant.role] - LESSER.get(grant.role, set())
            for use in done
        )
    }
