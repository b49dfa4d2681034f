"""The parts that a `local-azure.toml` asks for, with the command line of each."""

from pathlib import Path

import msgspec

from local_azure.core import connections
from local_azure.core.process import LOOPBACK
from local_azure.stack.config import Blob, CaptureTable, Config, EventHubs, ServiceBus
from local_azure.stack.parts import StackPart


def configured_parts(
    config: Config, state: Path, ports: dict[str, int], settings: Path, faults_port: int | None = None
) -> list[StackPart]:
    """Every part, those that others need first.

    `ports` has the port of each service, `state` is the folder of all state, `settings` the file that the app reads,
    `faults_port` where the brokers take faults, None for brokers without faults.
    """
    wanted = [
        _azurite(config, ports),
        _cosmos(config, ports),
        _amqp(config, ports, faults_port),
        _stream_analytics(config),
        _functions(config, ports, settings),
    ]
    parts = [part for part in wanted if part]
    present = {part.name for part in parts}
    return [
        msgspec.structs.replace(
            part,
            options=("--state", str(state / part.name), *part.options),
            after=tuple(name for name in part.after if name in present),
        )
        for part in parts
    ]


def _azurite(config: Config, ports: dict[str, int]) -> StackPart | None:
    if not config.blob:
        return None
    return StackPart(
        "azurite", "local_azure.azurite", _options(config, port=ports["blob"], bootstrap=config.blob.containers)
    )


def _cosmos(config: Config, ports: dict[str, int]) -> StackPart | None:
    if not config.cosmos:
        return None
    options = _options(config, port=ports["cosmos"], bootstrap=config.cosmos.entities)
    return StackPart("cosmos", "local_azure.cosmos", options)


def _amqp(config: Config, ports: dict[str, int], faults_port: int | None) -> StackPart | None:
    hubs, queues = config.event_hubs, config.service_bus
    if not (hubs or queues):
        return None
    options = _options(
        config,
        event_hubs_port=ports.get("event-hubs"),
        service_bus_port=ports.get("service-bus"),
        event_hubs_config=hubs and hubs.entities,
        service_bus_config=queues and queues.entities,
        throughput_units=(hubs and hubs.throughput_units) or None,
        faults_port=faults_port,
    )
    capture = hubs and hubs.capture
    if not capture:
        return StackPart("amqp", "local_azure.amqp", options)
    return StackPart("amqp", "local_azure.amqp", options + _capture(config, capture, ports["blob"]), after=("azurite",))


def _capture(config: Config, capture: CaptureTable, blob_port: int) -> tuple[str, ...]:
    options = _options(
        config,
        capture_connection=connections.blobs(f"{LOOPBACK}:{blob_port}"),
        capture_container=capture.container,
        capture_interval=capture.interval,
        capture_size=capture.size,
        capture_codec=capture.codec,
        capture_name_format=capture.name_format,
    )
    return (*options, "--capture-skip-empty") if capture.skip_empty else options


def _stream_analytics(config: Config) -> StackPart | None:
    job = config.stream_analytics
    if not job:
        return None
    options = _options(
        config,
        project=job.project,
        event_hubs_connection=job.connections.event_hubs or _first(config.event_hubs),
        service_bus_connection=job.connections.service_bus or _first(config.service_bus),
        blob_connection=job.connections.blob or _first(config.blob),
    )
    return StackPart("stream-analytics", "local_azure.stream_analytics", options, after=("amqp", "azurite"))


def _functions(config: Config, ports: dict[str, int], settings: Path) -> StackPart | None:
    if not config.functions:
        return None
    options = _options(config, app=config.functions.app, port=ports["functions"], settings=settings)
    return StackPart("functions", "local_azure.functions_host", options, after=("amqp", "azurite", "cosmos"))


def _first(service: Blob | EventHubs | ServiceBus | None) -> str | None:
    return service.connections[0] if service and service.connections else None


def _options(config: Config, **values: Path | str | int | None) -> tuple[str, ...]:
    """Options of a command line: `port=1` becomes `--port 1`; None is left out; paths start from the file's folder."""
    words: list[str] = []
    for name, value in values.items():
        if value is not None:
            words += [f"--{name.replace('_', '-')}", str(config.folder / value if isinstance(value, Path) else value)]
    return tuple(words)
