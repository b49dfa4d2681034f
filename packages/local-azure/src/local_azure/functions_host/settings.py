"""App settings: the environment, filled up from local.settings.json; connections and %SETTING% expressions.

As in Core Tools, a variable that the environment already has wins over the file. Sources: "Code and test Azure
Functions locally" and "Binding expression patterns" in Microsoft's documentation.
"""

import logging
import os
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.functions_host.http.keys import Keys

_LOG = logging.getLogger(__name__)
_EXPRESSION = re.compile(r"%([^%]+)%")
_SCALARS = (str, int, float, bool)


class MissingSettingError(Exception):
    """A setting that a binding needs is not there; the message names it."""


class ServiceConnection(msgspec.Struct, frozen=True):
    """The connection to a service: a connection string, or the properties of an identity-based connection."""

    connection_string: str | None
    properties: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """The host of an identity-based connection: `NAME__fullyQualifiedNamespace`."""
        return self.properties["fullyqualifiednamespace"]


def load_local_settings(app: Path, chosen: Path | None) -> Keys | None:
    """Put the values of `--settings FILE`, or else of the app's local.settings.json, into the environment.

    Gives the keys that the file says are to be asked for, None if it has none. Raises CannotStartError if a chosen file
    is not there, is encrypted or is not of Core Tools' shape.
    """
    path = chosen or app / "local.settings.json"
    if not path.exists():
        if chosen:
            raise CannotStartError(f"the settings file {path} does not exist")
        return None
    content = _read(path)
    for name, value in _values(path, content).items():
        if name in os.environ:
            if os.environ[name] != value:
                _LOG.info("setting %s: the environment wins over %s", name, path.name)
        else:
            os.environ[name] = value
    return _keys(path, content)


def _keys(path: Path, content: dict[str, Any]) -> Keys | None:
    try:
        return msgspec.convert(content["Keys"], Keys) if "Keys" in content else None
    except (msgspec.ValidationError, ValueError) as error:
        raise CannotStartError(f"{path}: Keys must hold master, function and system: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        document: Any = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise CannotStartError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise CannotStartError(f"{path} must hold an object with IsEncrypted and Values")
    content = cast(dict[str, Any], document)
    if content.get("IsEncrypted"):
        raise CannotStartError(f"{path} is encrypted; run 'func settings decrypt' first")
    return content


def _values(path: Path, content: dict[str, Any]) -> dict[str, str]:
    values: Any = content.get("Values", {})
    if not isinstance(values, dict):
        raise CannotStartError(f"{path}: Values must be an object of names and strings")
    settings: dict[str, str] = {}
    for name, value in cast(dict[str, Any], values).items():
        if not isinstance(value, _SCALARS):
            raise CannotStartError(f"{path}: the value of {name} must be a string")
        settings[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return settings


def expand(text: str) -> str:
    """Replace every %SETTING% by its value. Raises MissingSettingError."""

    def value_of(match: re.Match[str]) -> str:
        value = os.environ.get(match[1])
        if value is None:
            raise MissingSettingError(f"the app setting '{match[1]}' (in '{text}') is missing")
        return value

    return _EXPRESSION.sub(value_of, text)


def connection(name: str, identity_property: str) -> ServiceConnection:
    """The connection that a binding names.

    Looked up as Azure does: `AzureWebJobsNAME` before `NAME`, a connection string before an identity-based one whose
    marker is `NAME__{identity_property}` (a colon does too). Raises MissingSettingError.
    """
    for candidate in (f"AzureWebJobs{name}", name):
        if text := os.environ.get(candidate):
            return ServiceConnection(text, {})
    for candidate in (f"AzureWebJobs{name}", name):
        properties = _properties(candidate)
        if identity_property.lower() in properties:
            return ServiceConnection(None, properties)
    raise MissingSettingError(
        f"the connection setting '{name}' is missing: set {name} to a connection string, "
        f"or {name}__{identity_property} for an identity"
    )


@contextmanager
def naming(name: str) -> Generator[None]:
    """Name the connection whose SDK raises a ValueError: that speaks of "the connection string", and there are many."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"the connection setting '{name}' cannot be used: {error}") from error


def _properties(name: str) -> dict[str, str]:
    """The settings `NAME__property` and `NAME:property`, by property in lower case."""
    properties: dict[str, str] = {}
    for key, value in os.environ.items():
        for separator in ("__", ":"):
            if key.startswith(name + separator) and value:
                properties[key[len(name) + len(separator) :].lower()] = value
    return properties
