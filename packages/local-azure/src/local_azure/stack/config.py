"""`local-azure.toml`: the parts of an app on this machine, and what the app adds to them.

    [functions]                          # the Functions host
    app = "."                            # folder with function_app.py and host.json; default: that of this file
    settings = { SCHEDULE = "0 30 2 * * *" }   # app settings beside the connections
    keys = true                          # HTTP asks for function keys, as on Azure; default: false

    [blob]                               # Azurite
    connections = ["AzureWebJobsStorage"]      # the settings that lead to it; this is the default
    containers = "local/storage.json"    # created if absent: {"SETTING": ["container", ...]}

    [event-hubs]
    connections = ["EventHubs"]          # default
    entities = "local/event-hubs.json"   # in the format of Microsoft's emulator
    capture = { container = "captured" } # to Blob; also interval, size, codec, name-format, skip-empty
    throughput-units = 1                 # throttles as Azure does; default: 0, which does not

    [service-bus]
    connections = ["ServiceBus"]         # default
    entities = "local/service-bus.json"  # in the format of Microsoft's emulator

    [cosmos]
    connections = ["Cosmos"]             # default
    entities = "local/cosmos.json"       # databases and containers, created if absent

    [stream-analytics]
    project = "stream/asaproj.json"
    connections = { blob = "Archive" }   # the settings that the job reads, also event-hubs and service-bus;
                                         # default: the first connection of the service's table

    [ports]                              # the usual ones; another is taken where one is not free
    functions = 7071                     # also event-hubs, service-bus, cosmos, blob

    [ready]                              # lines to print once all parts are ready
    "Send events" = "curl {functions}/api/send"      # {functions}: where the app answers

    [commands]                           # how a person of this app starts and resets the stack, for its messages
    up = "make up"
    reset = "make reset"

A part is started if its table is there; every other key may be left out, except the entities of the brokers and the
project. Paths are relative to the file.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """A table of the file."""


class Functions(_Table, frozen=True):
    """The Functions host. `settings` are app settings beside the connections; with `keys`, HTTP asks for keys."""

    app: Path = Path()
    settings: dict[str, str] = {}
    keys: bool = False


class Blob(_Table, frozen=True):
    """Azurite. `containers` is a file of containers to create."""

    connections: tuple[str, ...] = ("AzureWebJobsStorage",)
    containers: Path | None = None


class CaptureTable(_Table, frozen=True):
    """Capture of all hubs to a container. None takes the default of `python -m local_azure.amqp`."""

    container: str
    interval: int | None = None
    size: int | None = None
    codec: str | None = None
    name_format: str | None = None
    skip_empty: bool = False


class EventHubs(_Table, frozen=True):
    """A namespace of Event Hubs, with the hubs of the file `entities`. `throughput_units` of 0 throttle nobody."""

    entities: Path
    connections: tuple[str, ...] = ("EventHubs",)
    capture: CaptureTable | None = None
    throughput_units: Annotated[int, Meta(ge=0, le=40)] = 0


class ServiceBus(_Table, frozen=True):
    """A namespace of Service Bus, with the queues of the file `entities`."""

    entities: Path
    connections: tuple[str, ...] = ("ServiceBus",)


class Cosmos(_Table, frozen=True):
    """A Cosmos account. `entities` is a file of databases and containers to create."""

    connections: tuple[str, ...] = ("Cosmos",)
    entities: Path | None = None


class JobConnections(_Table, frozen=True):
    """The connection settings that the stream job reads. None takes the first connection of the service's table."""

    event_hubs: str | None = None
    service_bus: str | None = None
    blob: str | None = None


class StreamAnalytics(_Table, frozen=True):
    """A Stream Analytics job: the file `asaproj.json` of its project."""

    project: Path
    connections: JobConnections = JobConnections()


class Ports(_Table, frozen=True):
    """The usual port of each service: those of Core Tools, the emulators and Azurite. 0 takes any free one."""

    functions: int = 7071
    event_hubs: int = 5672
    service_bus: int = 5673
    cosmos: int = 8081
    blob: int = 10000


class Commands(_Table, frozen=True):
    """The commands that messages tell a person to type."""

    up: str = "local-azure up"
    reset: str = "local-azure reset"


class Config(_Table, frozen=True):
    """The whole file. `folder` is the folder that its paths start from."""

    functions: Functions | None = None
    blob: Blob | None = None
    event_hubs: EventHubs | None = None
    service_bus: ServiceBus | None = None
    cosmos: Cosmos | None = None
    stream_analytics: StreamAnalytics | None = None
    ports: Ports = Ports()
    ready: dict[str, str] = {}
    commands: Commands = Commands()
    folder: Path = Path()

    @property
    def usual_ports(self) -> dict[str, int]:
        """The usual port of each service that runs, by the service's name."""
        services = ("functions", "event-hubs", "service-bus", "cosmos", "blob")
        return {
            service: getattr(self.ports, service.replace("-", "_"))
            for service in services
            if getattr(self, service.replace("-", "_")) is not None
        }

    @property
    def app(self) -> Path | None:
        """The folder of the app, None without a Functions host."""
        return self.folder / self.functions.app if self.functions else None

    def connections(self) -> Iterator[tuple[str, str]]:
        """Each connection setting with the service that it leads to."""
        for service in ("blob", "event-hubs", "service-bus", "cosmos"):
            table: Blob | EventHubs | ServiceBus | Cosmos | None = getattr(self, service.replace("-", "_"))
            for name in table.connections if table else ():
                yield name, service
