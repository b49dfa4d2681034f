"""Request headers whose values the service refuses if they make no sense, whatever the request is about."""

import re
from collections.abc import Mapping

from local_azure.cosmos.errors import bad_request, unsupported

DEFAULT_CONSISTENCY = "Session"
_STRONGER = ("Strong", "BoundedStaleness")
_LEVELS = (*_STRONGER, DEFAULT_CONSISTENCY, "ConsistentPrefix", "Eventual")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.\d+)?")
_MAX_TOKEN_LIMIT_KB = 1_000


def check_headers(headers: Mapping[str, str]) -> None:
    """400 for a consistency level, version, serialization format or token limit that cannot be."""
    level = headers.get("x-ms-consistency-level")
    if level and level != DEFAULT_CONSISTENCY:
        _check_consistency(level)
    version = headers.get("x-ms-version")
    if version and not _VERSION.fullmatch(version):
        raise bad_request(f"x-ms-version '{version[:50]}' is not a version of the API, such as 2020-07-15.")
    form = headers.get("x-ms-documentdb-content-serialization-format")
    if form and form != "JsonText":
        if form in ("CosmosBinary", "HybridRow"):
            raise unsupported(f"The serialization format {form}")
        raise bad_request(f"The serialization format '{form[:50]}' does not exist; ask for JsonText.")
    limit = headers.get("x-ms-documentdb-responsecontinuationtokenlimitinkb")
    if limit and not (limit.isdecimal() and limit.isascii() and 0 < int(limit[:9]) <= _MAX_TOKEN_LIMIT_KB):
        raise bad_request(f"The limit of the continuation token is 1 to {_MAX_TOKEN_LIMIT_KB} KB, not '{limit[:50]}'.")


def _check_consistency(level: str) -> None:
    if level not in _LEVELS:
        raise bad_request(f"The consistency level '{level[:50]}' is not one of {', '.join(_LEVELS)}.")
    if level in _STRONGER:
        raise bad_request(
            f"ConsistencyLevel {level} specified in the request is invalid when service is configured with consistency "
            f"level {DEFAULT_CONSISTENCY}. Ensure the request consistency level is not stronger than the service "
            "consistency level."
        )
