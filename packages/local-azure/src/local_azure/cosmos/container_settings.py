"""The settings that a container accepts: partition key, TTL, indexing policy. Others are refused, never ignored."""

import re
from typing import cast

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.indexing_policy import with_policy_defaults
from local_azure.cosmos.partition_key import KeyDefinition
from local_azure.cosmos.wire import JsonObject

MAX_TTL = 2**31 - 1
MAX_KEY_PATHS = 3
DEFAULT_CONFLICT_POLICY: JsonObject = {
    "mode": "LastWriterWins",
    "conflictResolutionPath": "/_ts",
    "conflictResolutionProcedure": "",
}
_KNOWN = {"id", "partitionKey", "defaultTtl", "indexingPolicy", "conflictResolutionPolicy", "geospatialConfig"}
_PATH_SEGMENT = re.compile(r"""/(?:"([^"]+)"|'([^']+)'(?=/|$)|([^/"\[\]]+))""")


def with_defaults(body: JsonObject) -> JsonObject:
    """A container's settings as Azure would answer them. 400 for a setting that is malformed or not supported.

    An empty value of an unknown setting (as an unchanged container carries it) is let through.
    """
    for name, value in body.items():
        if name not in _KNOWN and not name.startswith("_") and _means_something(name, value):
            raise unsupported(f"The container setting '{name}'")
    key_definition(body)
    check_default_ttl(body.get("defaultTtl"))
    settings: JsonObject = {name: value for name, value in body.items() if name in _KNOWN and value is not None}
    settings["indexingPolicy"] = with_policy_defaults(settings.get("indexingPolicy"))
    settings.setdefault("conflictResolutionPolicy", DEFAULT_CONFLICT_POLICY)
    settings.setdefault("geospatialConfig", {"type": "Geography"})
    return settings


def key_definition(settings: JsonObject) -> KeyDefinition:
    """The partition key: `("store_id",)` for the path `/store_id`; up to three paths make a hierarchical key."""
    key = settings.get("partitionKey")
    paths = key.get("paths") if isinstance(key, dict) else None
    if not isinstance(key, dict) or not isinstance(paths, list) or not paths:
        raise bad_request("A container needs a partitionKey with paths, such as {'paths': ['/store_id']}.")
    kind = key.get("kind", "Hash")
    version = key.get("version", 1)
    if kind not in ("Hash", "MultiHash") or version not in (1, 2):
        raise bad_request("A partition key has the kind Hash or MultiHash and the version 1 or 2.")
    if len(paths) > (1 if kind == "Hash" else MAX_KEY_PATHS):
        raise bad_request(
            f"Too many partition key paths: a key of the kind {kind} has one; a hierarchical one is of the kind "
            f"MultiHash and has at most {MAX_KEY_PATHS}."
        )
    return KeyDefinition(
        tuple(_path_segments(path) for path in paths), 2 if kind == "MultiHash" else cast(int, version)
    )


def _path_segments(path: object) -> tuple[str, ...]:
    if not isinstance(path, str):
        raise bad_request("The path of a partition key is a string such as '/store_id'.")
    segments = ["".join(alternatives) for alternatives in _PATH_SEGMENT.findall(path)]
    if not segments or _PATH_SEGMENT.sub("", path):
        raise bad_request(f"The partition key path '{path}' must look like '/store_id' or '/address/city'.")
    return tuple(segments)


def check_default_ttl(value: object) -> None:
    """A default TTL is absent (no document expires), -1 (only those with a TTL of their own) or seconds."""
    if value is None or (type(value) is int and (value == -1 or 0 < value <= MAX_TTL)):
        return
    raise bad_request(f"The default TTL must be -1 or between 1 and {MAX_TTL} seconds, not {value!r}.")


def composite_orders(settings: JsonObject) -> list[list[tuple[str, bool]]]:
    """The composite indexes of the indexing policy: for each, its paths, and for each path if it is descending."""
    policy = settings.get("indexingPolicy")
    indexes = policy.get("compositeIndexes") if isinstance(policy, dict) else None
    if not isinstance(indexes, list):
        return []
    return [
        [(str(part.get("path")), part.get("order") == "descending") for part in index if isinstance(part, dict)]
        for index in indexes
        if isinstance(index, list)
    ]


def _means_something(name: str, value: object) -> bool:
    if name == "uniqueKeyPolicy":
        return bool(value) and value != {"uniqueKeys": []}
    return bool(value)
