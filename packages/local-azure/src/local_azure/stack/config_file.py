"""Reads `local-azure.toml`, and refuses what cannot be started with a sentence about what to change."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.stack.config import Config

FILE = "local-azure.toml"
_HELP = "the page docs/local-azure-toml.md of the package local-azure lists the keys"


def read_config(file: Path) -> Config:
    """The configuration in `file`. Raises CannotStartError, naming the file and what to change in it."""
    try:
        content = tomllib.loads(file.read_text())
    except FileNotFoundError:
        raise CannotStartError(
            f"there is no {file.name} in {file.parent}: go to the folder of an app that has one, or name one with "
            f"--config FILE; {_HELP}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CannotStartError(f"{file} is not valid TOML: {problem}") from problem
    if "folder" in content:
        raise CannotStartError(f"{file}: there is no key `folder`; {_HELP}")
    try:
        config = msgspec.convert(content | {"folder": str(file.parent)}, Config, dec_hook=_path)
    except msgspec.ValidationError as problem:
        raise CannotStartError(f"{file}: {problem}; {_HELP}") from problem
    for complaint in _complaints(config, content):
        raise CannotStartError(f"{file}: {complaint}")
    return config


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"{value!r} is not a path")


def _complaints(config: Config, content: dict[str, object]) -> Iterator[str]:
    """The faults of a file in which each key by itself is right."""
    if not (config.usual_ports or config.stream_analytics):
        yield f"it names no part; add for example a table [functions]; {_HELP}"
    yield from _file_complaints(config)
    yield from _port_complaints(config, content)
    names = [name for name, _ in config.connections()]
    for name in names:
        if names.count(name) > 1:
            yield f"the connection setting {name} leads to two places; name it in one table"
        if config.functions and name in config.functions.settings:
            yield f"[functions.settings] sets {name}, which is a connection of the stack; take it out of one of them"
    if config.event_hubs and config.event_hubs.capture and not (config.blob and config.blob.connections):
        yield "[event-hubs] has a capture, which writes to Blob; add a table [blob]"
    for title, line in config.ready.items():
        try:
            line.format(**dict.fromkeys(config.usual_ports, ""))
        except (KeyError, IndexError, ValueError) as problem:
            yield f"[ready] {title}: {problem} is not a service of this file that has a port; write {{{{ for a brace"


def _file_complaints(config: Config) -> Iterator[str]:
    files = {
        "[blob] containers": config.blob and config.blob.containers,
        "[event-hubs] entities": config.event_hubs and config.event_hubs.entities,
        "[service-bus] entities": config.service_bus and config.service_bus.entities,
        "[cosmos] entities": config.cosmos and config.cosmos.entities,
        "[stream-analytics] project": config.stream_analytics and config.stream_analytics.project,
    }
    for key, file in files.items():
        if file and not (config.folder / file).is_file():
            yield f"{key}: the file {config.folder / file} does not exist"
    if config.app and not config.app.is_dir():
        yield f"[functions] app: the folder {config.app} does not exist"


def _port_complaints(config: Config, content: dict[str, object]) -> Iterator[str]:
    ports = content.get("ports")
    for service in cast(dict[str, object], ports or {}):
        if service not in config.usual_ports:
            yield f"[ports] names {service}, but there is no table [{service}]; add it or take the port out"
    taken: dict[int, str] = {}
    for service, port in config.usual_ports.items():
        if not 0 <= port <= 65535:
            yield f"[ports] {service}: {port} is not a port; take one of 0 to 65535"
        if port and taken.setdefault(port, service) != service:
            yield f"[ports] {service} and {taken[port]} share the port {port}; give each its own"
