"""`python -m local_azure.amqp`: Event Hubs and Service Bus on two ports of loopback, one name space each."""

import argparse
import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from local_azure.amqp.node import Node
from local_azure.brokers.event_hubs import EventHubsOptions, serving_event_hubs
from local_azure.brokers.faults import Faults, FaultyNode
from local_azure.brokers.operations import NotingNode
from local_azure.brokers.service_bus import ServiceBusOptions, serving_service_bus
from local_azure.core.clock import Clock
from local_azure.core.faults import Held, serving_faults
from local_azure.core.operations import Operations
from local_azure.core.process import LOOPBACK, CannotStartError, announce_ready, arguments, run
from local_azure.event_hubs.capture.options import add_capture_options, capture_settings

NAME = "amqp"


def main() -> None:
    """Serve until a signal comes."""
    options = _parser().parse_args()
    run(NAME, options.log_level, lambda stop: _serve(options, stop))


def _parser() -> argparse.ArgumentParser:
    parser = arguments("local_azure.amqp", "Event Hubs and Service Bus over AMQP 1.0, with Capture to Blob.")
    hubs = parser.add_argument_group("Event Hubs")
    hubs.add_argument("--event-hubs-config", type=Path, metavar="FILE", help="hubs, emulator's format")
    hubs.add_argument("--event-hubs-port", type=int, default=0, metavar="N", help="0 picks a free port")
    hubs.add_argument("--retention-hours", type=float, default=24.0, metavar="H", help="how long events are kept")
    hubs.add_argument(
        "--throughput-units", type=int, default=0, metavar="N", help="throttle as Azure does; 0 does not (default)"
    )
    add_capture_options(parser)
    queues = parser.add_argument_group("Service Bus")
    queues.add_argument("--service-bus-config", type=Path, metavar="FILE", help="queues, emulator's format")
    queues.add_argument("--service-bus-port", type=int, default=0, metavar="N", help="0 picks a free port")
    parser.add_argument(
        "--faults-port",
        type=int,
        metavar="N",
        help="serve /_local/faults on this port, 0 picks a free one; absent: no faults",
    )
    return parser


def _noted_and_faulty(node: Node, operations: Operations, faults: Held[Faults]) -> Node:
    return FaultyNode(NotingNode(node, operations), faults)


async def _serve(options: argparse.Namespace, stop: asyncio.Event) -> None:
    clock = Clock.from_environment()
    failures: list[Exception] = []

    def fail(error: Exception) -> None:
        failures.append(error)
        stop.set()

    if not (options.event_hubs_config or options.service_bus_config):
        raise CannotStartError("there is nothing to serve: give --event-hubs-config, --service-bus-config or both")
    async with contextlib.AsyncExitStack() as parts:
        addresses: list[str] = []
        faults = Held(Faults())
        operations = Operations.from_environment(NAME)
        wrap: Callable[[Node], Node] = partial(NotingNode, operations=operations)
        if options.faults_port is not None:
            port = await parts.enter_async_context(serving_faults(faults, options.faults_port))
            wrap = partial(_noted_and_faulty, operations=operations, faults=faults)
            addresses.append(f"faults={LOOPBACK}:{port}")
        if options.event_hubs_config:
            event_hubs = EventHubsOptions(
                options.event_hubs_config,
                options.event_hubs_port,
                options.retention_hours,
                options.throughput_units,
                capture_settings(options),
            )
            port = await parts.enter_async_context(serving_event_hubs(event_hubs, options.state, clock, fail, wrap))
            addresses.append(f"event-hubs={LOOPBACK}:{port}")
        if options.service_bus_config:
            service_bus = ServiceBusOptions(options.service_bus_config, options.service_bus_port)
            port = await parts.enter_async_context(serving_service_bus(service_bus, options.state, clock, fail, wrap))
            addresses.append(f"service-bus={LOOPBACK}:{port}")
        announce_ready(NAME, *addresses)
        await stop.wait()
    if failures:
        raise CannotStartError(f"a store has failed: {failures[0]}")


if __name__ == "__main__":
    main()
