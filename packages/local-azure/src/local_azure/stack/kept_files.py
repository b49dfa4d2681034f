"""The ports and keys that a stack keeps with its state from one start to the next. Nobody else may read them."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from local_azure.core.process import CannotStartError

_KEYS = ("master", "function", "system")

Kept = TypeVar("Kept")


def write_private(file: Path, content: bytes) -> None:
    """Write a file in one step, readable by its owner only: a reader never sees half of it."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:  # noqa: PTH123 - with a mode
        opened.write(content)
    draft.replace(file)


def read_ports(file: Path) -> dict[str, int]:
    """The port of each service in the last run; none before the first. Raises CannotStartError for a broken file."""
    return _read(file, dict[str, int]) or {}


def write_ports(file: Path, ports: Mapping[str, int]) -> None:
    """Keep the ports of this run."""
    write_private(file, msgspec.json.encode(ports))


def keys_of(file: Path) -> dict[str, str]:
    """The keys of the app, made at the first start. Raises CannotStartError for a broken file."""
    keys = _read(file, dict[str, str])
    if keys is None:
        keys = {name: secrets.token_urlsafe(40) for name in _KEYS}
        write_private(file, msgspec.json.encode(keys))
    return keys


def _read(file: Path, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise CannotStartError(f"{file} is broken: delete it, and the stack makes a new one") from error
