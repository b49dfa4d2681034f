"""Azure on this machine for a test: the local parts that the app needs, with the app's entities.

`CONTRACT_<connection>` in the environment (for example `CONTRACT_Cosmos`, a connection string) takes a part's place by
Microsoft's emulator or by Azure itself.
"""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.testing.parts import running

EMULATORS = Path(__file__).parents[2] / "infra" / "emulators"


@contextmanager
def azure(folder: Path, clock: Clock | None = None) -> Generator[dict[str, str], None, None]:
    """Blob, Cosmos, Event Hubs and Service Bus with the app's entities; the settings that lead the app there."""
    clocked = {SETTING: clock.setting()} if clock else {}
    with ExitStack() as parts:
        blobs = _elsewhere("Warehouse") or _blobs(parts, folder)
        hubs, queues = _elsewhere("EventHubs"), _elsewhere("ServiceBus")
        if not (hubs and queues):
            local_hubs, local_queues = _amqp(parts, folder, clocked)
            hubs, queues = hubs or local_hubs, queues or local_queues
        yield {
            "AzureWebJobsStorage": blobs,
            "Warehouse": blobs,
            "Cosmos": _elsewhere("Cosmos") or _cosmos(parts, folder, clocked),
            "EventHubs": hubs,
            "ServiceBus": queues,
            "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
            **clocked,
        }


def _elsewhere(connection: str) -> str | None:
    return os.environ.get(f"CONTRACT_{connection}")


def _blobs(parts: ExitStack, folder: Path) -> str:
    bootstrap = ("--bootstrap", str(EMULATORS / "storage.json"))
    azurite = parts.enter_context(running("azurite", "--port", "0", *bootstrap, state=folder / "azurite"))
    return connections.blobs(azurite.address("blob"))


def _cosmos(parts: ExitStack, folder: Path, clock: dict[str, str]) -> str:
    bootstrap = ("--bootstrap", str(EMULATORS / "cosmos.json"))
    cosmos = parts.enter_context(running("cosmos", "--port", "0", *bootstrap, state=folder / "cosmos", settings=clock))
    return connections.cosmos(cosmos.addresses[0].removeprefix("http://").removesuffix("/"))


def _amqp(parts: ExitStack, folder: Path, clock: dict[str, str]) -> tuple[str, str]:
    options: list[str] = []
    for service in ("event-hubs", "service-bus"):
        options += [f"--{service}-config", str(EMULATORS / f"{service}.json"), f"--{service}-port", "0"]
    amqp = parts.enter_context(running("amqp", *options, state=folder / "amqp", settings=clock))
    return connections.namespace(amqp.address("event-hubs")), connections.namespace(amqp.address("service-bus"))
