"""The name of a Capture blob: a format of nine tokens, all mandatory, in any order, with any text between."""

import re
from datetime import UTC, datetime

from local_azure.core.process import CannotStartError

DEFAULT_FORMAT = "{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}"
_TOKENS = frozenset(re.findall(r"\{(\w+)\}", DEFAULT_FORMAT))


def check_format(name_format: str) -> None:
    """Raises CannotStartError if a token is missing or unknown."""
    used = set(re.findall(r"\{([^}]*)\}", name_format))
    if missing := _TOKENS - used:
        raise CannotStartError(f"--capture-name-format lacks {', '.join(sorted(missing))}")
    if unknown := used - _TOKENS:
        raise CannotStartError(f"--capture-name-format does not know {', '.join(sorted(unknown))}")


def blob_name(name_format: str, namespace: str, hub: str, partition: int, second: int) -> str:
    """The name of the blob of a window that was triggered at `second` (since 1970), with its extension."""
    moment = datetime.fromtimestamp(second, UTC)
    values = {
        "Namespace": namespace,
        "EventHub": hub,
        "PartitionId": str(partition),
        "Year": f"{moment:%Y}",
        "Month": f"{moment:%m}",
        "Day": f"{moment:%d}",
        "Hour": f"{moment:%H}",
        "Minute": f"{moment:%M}",
        "Second": f"{moment:%S}",
    }
    return re.sub(r"\{(\w+)\}", lambda token: values[token[1]], name_format) + ".avro"
