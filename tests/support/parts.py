"""Azure on this machine for a test: the local parts that the app needs, with the app's entities.

`CONTRACT_<connection>` in the environment (for example `CONTRACT_Cosmos`, a connection string) takes a part's place by
Microsoft's emulator or by Azure itself.
"""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_azure.testing import CLOCK_SETTING, Clock, connections
from local_azure.testing.parts import running
from services.names import ALL_EVENTS

ROOT = Path(__file__).parents[2]
EMULATORS = ROOT / "infra" / "emulators"


@contextmanager
def pipeline(folder: Path, clock: Clock) -> Generator[dict[str, str], None, None]:
    """All that `azure` gives, with Capture and the stream job."""
    with azure(folder, clock, capture=True) as settings:
        project = str(ROOT / "stream_analytics" / "asaproj.json")
        with running("stream_analytics", "--project", project, state=folder / "job", settings=settings):
            yield settings


@contextmanager
def azure(folder: Path, clock: Clock | None = None, *, capture: bool = False) -> Generator[dict[str, str], None, None]:
    """Blob, Cosmos, Event Hubs and Service Bus with the app's entities; the settings that lead the app there."""
    clocked = {CLOCK_SETTING: clock.setting()} if clock else {}
    with ExitStack() as parts:
        blobs = _elsewhere("Warehouse") or _blobs(parts, folder)
        hubs, queues = _elsewhere("EventHubs"), _elsewhere("ServiceBus")
        if not (hubs and queues):
            local_hubs, local_queues = _amqp(parts, folder, clocked, blobs if capture else None)
            hubs, queues = hubs or local_hubs, queues or local_queues
        yield {
            "AzureWebJobsStorage": blobs,
            "Warehouse": blobs,
            "Cosmos": _elsewhere("Cosmos") or _cosmos(parts, folder, clocked),
            "EventHubs": hubs,
            "ServiceBus": queues,
            "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
            "API_ROLE": "operator",
            **clocked,
        }


@contextmanager
def cosmos(folder: Path, clock: Clock | None = None) -> Generator[dict[str, str], None, None]:
    """Cosmos alone, with the app's containers; the settings that lead the app there."""
    clocked = {CLOCK_SETTING: clock.setting()} if clock else {}
    with ExitStack() as parts:
        yield {"Cosmos": _elsewhere("Cosmos") or _cosmos(parts, folder, clocked), **clocked}


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


def _amqp(parts: ExitStack, folder: Path, clock: dict[str, str], captured_to: str | None) -> tuple[str, str]:
    options: list[str] = ["--capture-connection", captured_to, "--capture-container", ALL_EVENTS] if captured_to else []
    # The emulators keep a message for an hour at most, which is soon over where Azure's time runs faster.
    queues = ROOT / "local" / "service-bus.json" if captured_to else EMULATORS / "service-bus.json"
    for service, file in (("event-hubs", EMULATORS / "event-hubs.json"), ("service-bus", queues)):
        options += [f"--{service}-config", str(file), f"--{service}-port", "0"]
    amqp = parts.enter_context(running("amqp", *options, state=folder / "amqp", settings=clock))
    return connections.namespace(amqp.address("event-hubs")), connections.namespace(amqp.address("service-bus"))
