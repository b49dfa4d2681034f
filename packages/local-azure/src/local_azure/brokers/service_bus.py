"""Service Bus as a part of the process: its store, its queues and its port."""

import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec

from local_azure.amqp.errors import store_failed
from local_azure.amqp.node import Node
from local_azure.amqp.server import listening
from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.core.sqlite import open_database
from local_azure.service_bus.config import read_queues
from local_azure.service_bus.namespace import ServiceBusNamespace
from local_azure.service_bus.store import SCHEMA


class ServiceBusOptions(msgspec.Struct, frozen=True):
    """Settings of Service Bus."""

    config: Path
    port: int = 0


@contextlib.asynccontextmanager
async def serving_service_bus(
    options: ServiceBusOptions,
    state: Path,
    clock: Clock,
    on_failure: Callable[[Exception], None],
    wrap: Callable[[Node], Node],
) -> AsyncGenerator[int]:
    """Serve the queues of the configuration while the context lasts; gives the port.

    Raises CannotStartError or OSError if that is impossible; `on_failure` hears of a store that fails later; `wrap`
    may put something between the transport and the name space.
    """
    settings = read_queues(options.config)
    database = open_database(state / "service-bus.sqlite", SCHEMA)
    store = GroupCommit(database, on_failure, store_failed)
    with contextlib.closing(database):
        namespace = ServiceBusNamespace(settings, store, clock)
        with contextlib.closing(namespace):
            async with listening(wrap(namespace), options.port) as port:
                yield port
        with contextlib.suppress(sqlite3.Error):
            store.commit()
