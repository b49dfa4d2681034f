"""The queues of a Service Bus namespace, read from a file in the format of Microsoft's emulator (Config.json)."""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.service_bus.settings import NAME, QueueProperties, QueueSettings


class _Entity(msgspec.Struct, frozen=True, rename="pascal"):
    name: str
    properties: msgspec.Raw = msgspec.Raw(b"{}")


class _Namespace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    name: str
    queues: list[_Entity] = []
    topics: list[_Entity] = []


class _UserConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    namespaces: list[_Namespace]
    logging: dict[str, Any] = {}


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    user_config: _UserConfig


def read_queues(path: Path) -> dict[str, QueueSettings]:
    """The rules of each queue, by its name as written.

    Raises CannotStartError, naming the file and the entity, for what is malformed, unknown, out of range or not
    supported (sessions, topics, forwarding).
    """
    try:
        config = msgspec.json.decode(path.read_bytes(), type=_Config)
    except OSError as error:
        raise CannotStartError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise CannotStartError(f"{path} is not a Service Bus entity file: {error}") from error
    namespaces = config.user_config.namespaces
    if len(namespaces) != 1:
        raise CannotStartError(f"{path} must hold exactly one namespace, not {len(namespaces)}")
    if topics := namespaces[0].topics:
        raise CannotStartError(f"{path}: topic {topics[0].name!r}: topics and subscriptions are not supported here")
    queues: dict[str, QueueSettings] = {}
    for entity in namespaces[0].queues:
        try:
            _check_name(entity.name, queues)
            queues[entity.name] = msgspec.json.decode(entity.properties, type=QueueProperties).settings()
        except ValueError as error:
            raise CannotStartError(f"{path}: queue {entity.name!r}: {error}") from error
    return queues


def _check_name(name: str, taken: dict[str, QueueSettings]) -> None:
    if not NAME.fullmatch(name) or "//" in name:
        raise ValueError("a queue's name has 1 to 260 letters, digits, '.', '-', '_' and inner '/'")
    if name.lower() in (other.lower() for other in taken):
        raise ValueError("there are two queues of this name (case does not count)")
