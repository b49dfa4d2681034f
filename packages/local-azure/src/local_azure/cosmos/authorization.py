"""The account key's signature on every request.

The signed text is the method, the resource type, the resource link and the date, one per line:
https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from local_azure.cosmos.errors import unauthorized

_USUAL = "type%3Dmaster%26ver%3D1.0%26sig%3D"
_ESCAPES = (("%2B", "+"), ("%2F", "/"), ("%3D", "="))


class AccountKey:
    """Checks that a request was signed with the account's key. ValueError if the key is not base64."""

    def __init__(self, key: str) -> None:
        try:
            self._secret = base64.b64decode(key, validate=True)
        except binascii.Error as problem:
            raise ValueError("the account key must be base64") from problem

    def check(self, method: str, segments: Sequence[str], headers: Mapping[str, str]) -> None:
        """Refuse with 401 a request whose signature is missing, of another kind, or made with another key.

        `segments` is the decoded path, such as `("dbs", "fraud", "colls", "events")`.
        """
        kind, _, signature = _unquoted(headers.get("authorization", "")).partition("&sig=")
        if kind != "type=master&ver=1.0":
            raise unauthorized("The request must be signed with the account key (type=master, ver=1.0).")
        dates = f"{headers.get('x-ms-date', '').lower()}\n{headers.get('date', '').lower()}"
        if not any(
            hmac.compare_digest(signature.encode(), self._sign(f"{method.lower()}\n{resource}\n{dates}\n"))
            for resource in _signed_resources(segments)
        ):
            raise unauthorized("The authorization token was not made with this account's key.")

    def _sign(self, text: str) -> bytes:
        return base64.b64encode(hmac.digest(self._secret, text.encode(), hashlib.sha256))


def _unquoted(token: str) -> str:
    """The token without its escapes: those of a signature at once, all others in the general way."""
    if token.startswith(_USUAL):
        signature = token[len(_USUAL) :]
        for escape, character in _ESCAPES:
            signature = signature.replace(escape, character)
        if "%" not in signature:
            return f"type=master&ver=1.0&sig={signature}"
    return unquote(token)


def _signed_resources(segments: Sequence[str]) -> list[str]:
    """The type and link lines that may have been signed: by name as it stands, by resource id in lower case."""
    if tuple(segments[4:]) == ("operations", "partitionkeydelete"):
        # The SDK for .NET signs the partition key, the one for Python the container.
        links = ("/".join(segments[:4]), segments[3].lower())
        return [f"{kind}\n{link}" for kind in ("partitionkey", "colls") for link in links]
    resource_type = "" if not segments else segments[-1 if len(segments) % 2 else -2]
    owner = segments if len(segments) % 2 == 0 else segments[:-1]
    by_name = f"{resource_type.lower()}\n{'/'.join(owner)}"
    by_resource_id = f"{resource_type.lower()}\n{owner[-1].lower() if owner else ''}"
    return [by_name, by_resource_id]
