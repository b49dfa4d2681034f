"""A request as the service sees it, whatever carried it."""

from collections.abc import Mapping

import msgspec

from local_azure.cosmos.errors import CosmosError, unsupported


class Request(msgspec.Struct):
    """`segments` is the path, decoded piece by piece; header names are matched in any case by the mapping itself."""

    method: str
    segments: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    base_url: str

    @property
    def resource(self) -> str:
        """The kind of resource that the path ends with, such as `sprocs`; empty for the account."""
        return self.segments[-1 if len(self.segments) % 2 else -2] if self.segments else ""

    @property
    def is_query(self) -> bool:
        """True for a POST that asks instead of creating."""
        return self.flag("x-ms-documentdb-isquery") or "query+json" in self.headers.get("content-type", "")

    @property
    def minimal(self) -> bool:
        """True if the client does not want to see the document that it has written."""
        return "return=minimal" in self.headers.get("prefer", "")

    def flag(self, name: str) -> bool:
        """True if a header says so."""
        return self.headers.get(name, "").lower() == "true"

    def refuse_headers(self, *names: str) -> None:
        """400 if the request asks for one of these features, which this part does not have."""
        for name in names:
            if self.headers.get(name):
                raise unsupported(f"The header '{name}'")

    def method_not_allowed(self) -> CosmosError:
        """405 for a method that the resource does not have."""
        return CosmosError(405, "MethodNotAllowed", f"{self.method} is not allowed on '{'/'.join(self.segments)}'.")
