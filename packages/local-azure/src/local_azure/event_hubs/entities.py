"""The hubs of a name space, from a file in the format of the Event Hubs emulator's Config.json."""

from pathlib import Path
from typing import Annotated

import msgspec

from local_azure.core.process import CannotStartError

DEFAULT_GROUP = "$Default"
MAX_PARTITIONS = 32


class ConsumerGroup(msgspec.Struct, frozen=True, rename="pascal"):
    """A view of a hub with positions of its own."""

    name: str


class Hub(msgspec.Struct, frozen=True, rename="pascal"):
    """One event hub. The file writes the count as a string, as the emulator's does; a number is fine too."""

    name: str
    partition_count: Annotated[int, msgspec.Meta(ge=1, le=MAX_PARTITIONS)]
    consumer_groups: tuple[ConsumerGroup, ...] = ()

    def groups(self) -> frozenset[str]:
        """Names of the consumer groups in lower case, `$default` among them."""
        return frozenset({DEFAULT_GROUP.lower(), *(group.name.lower() for group in self.consumer_groups)})


class _Namespace(msgspec.Struct, frozen=True, rename="pascal"):
    type: str
    name: str
    entities: tuple[Hub, ...]


class _UserConfig(msgspec.Struct, frozen=True, rename="pascal"):
    namespace_config: tuple[_Namespace, ...]


class _File(msgspec.Struct, frozen=True, rename="pascal"):
    user_config: _UserConfig


class Entities(msgspec.Struct, frozen=True):
    """A name space and its hubs."""

    namespace: str
    hubs: tuple[Hub, ...]


def load(path: Path) -> Entities:
    """Read the file. Raises CannotStartError that says where it is wrong."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File, strict=False)
    except OSError as error:
        raise CannotStartError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CannotStartError(f"{path}: {error}") from error
    spaces = [space for space in file.user_config.namespace_config if space.type.lower() == "eventhub"]
    if len(spaces) != 1:
        raise CannotStartError(f"{path}: one name space of type EventHub is expected, not {len(spaces)}")
    names = [hub.name.lower() for hub in spaces[0].entities]
    if len(set(names)) != len(names):
        raise CannotStartError(f"{path}: two hubs have the same name")
    return Entities(spaces[0].name, spaces[0].entities)
