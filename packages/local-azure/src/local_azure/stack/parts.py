"""The parts of the stack: what each is called, how it is started, and what must be ready before it."""

import sys
from pathlib import Path

import msgspec

from local_azure.stack.settings_file import connection_settings

ROOT = Path(__file__).parents[5]
_EMULATORS = ROOT / "infra" / "emulators"
_SERVICE_BUS = Path(__file__).with_name("service-bus.json")
"""As on Azure, a window waits for days. The emulators' file cannot say so: they keep a message for an hour at most,
which at `SPEED=60` is over in a minute of real time."""


class Part(msgspec.Struct, frozen=True):
    """One process. `after` names the parts that must be ready first; they are stopped after it."""

    name: str
    module: str
    options: tuple[str, ...]
    after: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """The command line that starts this part."""
        return [sys.executable, "-m", self.module, *self.options]


def all_parts(state: Path, ports: dict[str, int], settings: Path) -> list[Part]:
    """Every part of the stack, those that others need first."""

    def options(part: str, **values: object) -> tuple[str, ...]:
        pairs = {"state": state / part, **values}
        return tuple(word for name, value in pairs.items() for word in (f"--{name.replace('_', '-')}", str(value)))

    return [
        Part(
            "azurite",
            "local_azure.azurite",
            options("azurite", port=ports["blob"], bootstrap=_EMULATORS / "storage.json"),
        ),
        Part(
            "cosmos",
            "local_azure.cosmos",
            options("cosmos", port=ports["cosmos"], bootstrap=_EMULATORS / "cosmos.json"),
        ),
        Part(
            "amqp",
            "local_azure.amqp",
            options(
                "amqp",
                event_hubs_port=ports["event-hubs"],
                service_bus_port=ports["service-bus"],
                event_hubs_config=_EMULATORS / "event-hubs.json",
                service_bus_config=_SERVICE_BUS,
                capture_connection=connection_settings(ports)["Warehouse"],
                capture_container="all-events",
            ),
            after=("azurite",),
        ),
        Part(
            "stream-analytics",
            "local_azure.stream_analytics",
            options("stream-analytics", project=ROOT / "stream_analytics" / "asaproj.json"),
            after=("amqp", "azurite"),
        ),
        Part(
            "functions",
            "local_azure.functions_host",
            options("functions", app=ROOT, port=ports["functions"], settings=settings),
            after=("amqp", "azurite", "cosmos"),
        ),
    ]
