"""host.json: what this host understands, typed; what it knows but ignores, and what nobody knows, said once.

Keys match without regard to case and may be overridden by settings `AzureFunctionsJobHost__section__key`, as on
Azure. Source: "host.json reference for Azure Functions 2.x and later" and the extensions' own pages.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.functions_host.timespan import TimeSpan, parse_timespan

_LOG = logging.getLogger(__name__)
_OVERRIDE = "AzureFunctionsJobHost__"
_IGNORED = {
    "": {"aggregator", "applicationInsights", "concurrency", "extensionBundle", "healthMonitor", "logging"}
    | {"managedDependency", "singleton", "telemetryMode", "watchDirectories", "watchFiles"},
    "extensions.": {"blobs", "cosmosDB", "queues", "sendGrid", "signalR", "warmup"},
    "extensions.http.": {"dynamicThrottlesEnabled", "hsts"},
    "extensions.eventHubs.": {
        "clientRetryOptions",
        "loadBalancingUpdateInterval",
        "partitionOwnershipExpirationInterval",
    }
    | {"targetUnprocessedEventThreshold", "trackLastEnqueuedEventProperties", "transportType"},
    "extensions.serviceBus.": {"clientRetryOptions", "enableCrossEntityTransactions", "maxBatchWaitTime"}
    | {"maxConcurrentCallsPerSession", "maxConcurrentSessions", "maxMessageBatchSize", "minMessageBatchSize"}
    | {"sessionIdleTimeout", "transportType"},
}
_IGNORED_KEYS = frozenset((section + key).lower() for section, keys in _IGNORED.items() for key in keys)


def _without_underscores(field: str) -> str:
    return field.replace("_", "")


class HttpOptions(msgspec.Struct, frozen=True, rename=_without_underscores):
    """`extensions.http`; -1 is unbounded."""

    route_prefix: str = "api"
    max_outstanding_requests: int = -1
    max_concurrent_requests: int = -1
    custom_headers: dict[str, str] = {}


class InitialOffset(msgspec.Struct, frozen=True, rename=_without_underscores):
    """The place from which a partition without a checkpoint is read."""

    type: Literal["fromStart", "fromEnd", "fromEnqueuedTime"] = "fromStart"
    enqueued_time_utc: str | None = None


class EventHubsExtension(msgspec.Struct, frozen=True, rename=_without_underscores):
    """`extensions.eventHubs`."""

    max_event_batch_size: int = 100
    min_event_batch_size: int = 1
    max_wait_time: TimeSpan = TimeSpan(60)
    batch_checkpoint_frequency: int = 1
    prefetch_count: int = 300
    initial_offset_options: InitialOffset = InitialOffset()


class ServiceBusExtension(msgspec.Struct, frozen=True, rename=_without_underscores):
    """`extensions.serviceBus`."""

    prefetch_count: int = 0
    auto_complete_messages: bool = True
    max_auto_lock_renewal_duration: TimeSpan = TimeSpan(300)
    max_concurrent_calls: int = 16


class Extensions(msgspec.Struct, frozen=True, rename=_without_underscores):
    """`extensions`."""

    http: HttpOptions = HttpOptions()
    event_hubs: EventHubsExtension = EventHubsExtension()
    service_bus: ServiceBusExtension = ServiceBusExtension()
    durable_task: dict[str, Any] = {}


class HostConfig(msgspec.Struct, frozen=True, rename=_without_underscores):
    """All of host.json that this host acts on. `function_timeout` is "-1" or a TimeSpan."""

    version: Literal["2.0"] = "2.0"
    function_timeout: str = "00:30:00"
    functions: list[str] | None = None
    extensions: Extensions = Extensions()

    @property
    def timeout_seconds(self) -> float | None:
        """The longest that one invocation may take; None is unbounded."""
        return None if self.function_timeout == "-1" else parse_timespan(self.function_timeout)


def load_host_json(app: Path) -> HostConfig:
    """Read the app's host.json (defaults if it has none). Raises CannotStartError naming the key that is wrong."""
    path = app / "host.json"
    document: Any = {"version": "2.0"}
    if path.exists():
        try:
            document = msgspec.json.decode(path.read_bytes())
        except msgspec.DecodeError as error:
            raise CannotStartError(f"{path} is not valid JSON: {error}") from error
    else:
        _LOG.warning("%s does not exist; Azure and Core Tools ask for it. Going on with the defaults", path)
    if not isinstance(document, dict) or "version" not in document:
        raise CannotStartError(f'{path} must be an object with "version": "2.0"')
    content = _lower_keys(cast(dict[str, Any], document))
    _apply_overrides(content, os.environ)
    _report_strangers(content, path)
    try:
        config = msgspec.convert(content, HostConfig, dec_hook=_decode)
        _check(config)
    except (msgspec.ValidationError, ValueError) as error:
        raise CannotStartError(f"{path}: {error}") from error
    return config


def _check(config: HostConfig) -> None:
    _ = config.timeout_seconds
    hubs = config.extensions.event_hubs
    if not 1 <= hubs.min_event_batch_size <= hubs.max_event_batch_size:
        raise ValueError("extensions.eventHubs: 1 <= minEventBatchSize <= maxEventBatchSize does not hold")
    if hubs.batch_checkpoint_frequency < 1 or hubs.prefetch_count < 1:
        raise ValueError("extensions.eventHubs: batchCheckpointFrequency and prefetchCount must be at least 1")
    start = hubs.initial_offset_options
    if start.type == "fromEnqueuedTime" and not start.enqueued_time_utc:
        raise ValueError("extensions.eventHubs.initialOffsetOptions: fromEnqueuedTime needs enqueuedTimeUtc")
    if config.extensions.service_bus.max_concurrent_calls < 1:
        raise ValueError("extensions.serviceBus.maxConcurrentCalls must be at least 1")


def _decode(kind: type, value: object) -> object:
    if kind is TimeSpan and isinstance(value, str):
        return parse_timespan(value)
    raise NotImplementedError(f"{kind} from {value!r}")


def _lower_keys(section: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Keys in lower case, except where they are data: header names, and the durable engine's own section."""
    if path in {"extensions.durabletask", "extensions.http.customheaders"}:
        return dict(section)
    return {
        key.lower(): _lower_keys(cast(dict[str, Any], value), f"{path}.{key}".strip(".").lower())
        if isinstance(value, dict)
        else value
        for key, value in section.items()
    }


def _apply_overrides(content: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, text in environment.items():
        if not name.startswith(_OVERRIDE):
            continue
        *sections, key = name[len(_OVERRIDE) :].split("__")
        target = content
        for section in sections:
            target = target.setdefault(section.lower(), {})
        try:
            target[key.lower()] = msgspec.json.decode(text)
        except msgspec.DecodeError:
            target[key.lower()] = text


def _report_strangers(content: dict[str, Any], path: Path) -> None:
    ignored, unknown = list[str](), list[str]()
    for key in _strangers(content, HostConfig):
        (ignored if key in _IGNORED_KEYS else unknown).append(key)
    if ignored:
        _LOG.info("%s: known but without effect here: %s", path.name, ", ".join(sorted(ignored)))
    for key in unknown:
        _LOG.warning("%s: unknown key %s", path.name, key)


def _strangers(section: Mapping[str, Any], shape: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """The keys that `shape` does not have, with their path."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
    for key, value in section.items():
        if key not in fields:
            yield prefix + key
        elif isinstance(value, dict) and isinstance(kind := fields[key], type) and issubclass(kind, msgspec.Struct):
            yield from _strangers(cast(dict[str, Any], value), kind, f"{prefix}{key}.")
