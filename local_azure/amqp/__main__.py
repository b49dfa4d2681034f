"""`python -m local_azure.amqp`: Event Hubs and Service Bus on two ports of loopback, one name space each."""

import argparse
import asyncio
import contextlib
from pathlib import Path

from local_azure.amqp.event_hubs.serving import EventHubsOptions, serving_event_hubs
from local_azure.clock import Clock
from local_azure.process import LOOPBACK, CannotStartError, announce_ready, arguments, run

NAME = "amqp"


def main() -> None:
    """Serve until a signal comes."""
    options = _parser().parse_args()
    run(NAME, options.log_level, lambda stop: _serve(options, stop))


def _parser() -> argparse.ArgumentParser:
    parser = arguments("local_azure.amqp", "Event Hubs and Service Bus over AMQP 1.0, with Capture to Blob.")
    hubs = parser.add_argument_group("Event Hubs")
    hubs.add_argument("--event-hubs-config", type=Path, required=True, metavar="FILE", help="hubs, emulator's format")
    hubs.add_argument("--event-hubs-port", type=int, default=0, metavar="N", help="0 picks a free port")
    hubs.add_argument("--retention-hours", type=float, default=24.0, metavar="H", help="how long events are kept")
    hubs.add_argument(
        "--throughput-units", type=int, default=0, metavar="N", help="throttle as Azure does; 0 does not (default)"
    )
    return parser


async def _serve(options: argparse.Namespace, stop: asyncio.Event) -> None:
    clock = Clock.from_environment()
    failures: list[Exception] = []

    def fail(error: Exception) -> None:
        failures.append(error)
        stop.set()

    event_hubs = EventHubsOptions(
        options.event_hubs_config, options.event_hubs_port, options.retention_hours, options.throughput_units
    )
    async with contextlib.AsyncExitStack() as parts:
        port = await parts.enter_async_context(serving_event_hubs(event_hubs, options.state, clock, fail))
        announce_ready(NAME, f"event-hubs={LOOPBACK}:{port}")
        await stop.wait()
    if failures:
        raise CannotStartError(f"a store has failed: {failures[0]}")


if __name__ == "__main__":
    main()
