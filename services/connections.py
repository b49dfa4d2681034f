"""One convention for every connection, the same that the Functions triggers follow.

The setting `NAME` is a connection string. Without it, `NAME__{service}` is an address and an identity opens it:
`NAME__fullyQualifiedNamespace` (Event Hubs, Service Bus), `NAME__blobServiceUri` (Blob), `NAME__accountEndpoint`
(Cosmos); `NAME__credential=managedidentity` and `NAME__clientId` choose a user-assigned identity. In Azure a
connection string is refused: keys have no place there.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from services.hosting import runs_on_azure
from services.mail_settings import is_loopback

NAMESPACE = "fullyQualifiedNamespace"
BLOB_SERVICE = "blobServiceUri"
ACCOUNT = "accountEndpoint"

_KEYS = {
    NAMESPACE: (("Endpoint", "SharedAccessKeyName", "SharedAccessKey"), ("Endpoint", "SharedAccessSignature")),
    BLOB_SERVICE: (
        ("AccountName", "AccountKey"),
        ("BlobEndpoint", "SharedAccessSignature"),
        ("UseDevelopmentStorage",),
    ),
    ACCOUNT: (("AccountEndpoint", "AccountKey"),),
}
"""The fields that a connection string of each service holds at least, in one of these forms."""

MANAGED_IDENTITY = "managedidentity"
_ADDRESS = re.compile(r"https?://[^;\s]+")


class ConnectionSettingError(ValueError):
    """A connection is not set, or not allowed here; the message names the settings and says what to set."""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a service, and the way to open it: either a connection string, or an address and an identity."""

    name: str
    connection_string: str | None = None
    address: str | None = None
    managed_identity: bool = False
    client_id: str | None = None

    def __repr__(self) -> str:
        """Without the connection string: it holds a key, and representations end in logs."""
        return f"Connection({self.name}: {self.address or 'a connection string'})"


def read_connection(name: str, address_suffix: str, environment: Mapping[str, str]) -> Connection:
    """Read the connection `name` from the settings. Raises ConnectionSettingError."""
    text = environment.get(name, "").strip()
    address = environment.get(f"{name}__{address_suffix}", "").strip()
    if text:
        if runs_on_azure(environment):
            raise ConnectionSettingError(
                f"{name} is a connection string, which is refused in Azure: remove it and set "
                f"{name}__{address_suffix} and {name}__credential={MANAGED_IDENTITY}"
            )
        _check(name, text, _KEYS[address_suffix])
        return Connection(name=name, connection_string=text)
    if not address:
        raise ConnectionSettingError(
            f"{name} is not set: set {name} to a connection string, or {name}__{address_suffix} to the address of the "
            f"service (with {name}__credential={MANAGED_IDENTITY} and {name}__clientId for a user-assigned identity)"
        )
    credential = environment.get(f"{name}__credential", "").strip().lower()
    if credential not in ("", MANAGED_IDENTITY):
        raise ConnectionSettingError(f"{name}__credential must be {MANAGED_IDENTITY} or not set, not {credential!r}")
    return Connection(
        name=name,
        address=address,
        managed_identity=bool(credential),
        client_id=environment.get(f"{name}__clientId", "").strip() or None,
    )


def is_of_this_machine(connection: str) -> bool:
    """True if all addresses of a connection string, one at least, are of this machine."""
    hosts = [urlsplit(match[0]).hostname for match in _ADDRESS.finditer(connection)]
    return bool(hosts) and all(host is not None and is_loopback(host) for host in hosts)


def _check(name: str, text: str, forms: Sequence[Sequence[str]]) -> None:
    """Raise ConnectionSettingError, without showing the keys, unless the text is a connection string of a form."""
    pairs = [part.partition("=") for part in text.split(";")]
    there = {key.strip().lower() for key, _, value in pairs if value.strip()}
    if not any(there.issuperset(key.lower() for key in form) for form in forms):
        shapes = " or ".join("".join(f"{key}=...;" for key in form) for form in forms)
        raise ConnectionSettingError(f"{name} is not a connection string of its service: it must hold {shapes}")
