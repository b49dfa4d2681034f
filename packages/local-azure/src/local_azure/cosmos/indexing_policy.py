"""The indexing policy of a container, with what the service adds to it.

https://learn.microsoft.com/azure/cosmos-db/index-policy: the root path `/*` stands in one of the two lists, and the
path of `_etag` is excluded.
"""

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.wire import JsonObject, JsonValue

_ROOT = "/*"
_ETAG = '/"_etag"/?'
_MODES = ("consistent", "lazy", "none")


def with_policy_defaults(policy: JsonValue) -> JsonObject:
    """The whole policy. 400 for one that the service would refuse."""
    if policy is None:
        policy = {}
    if not isinstance(policy, dict):
        raise bad_request("An indexingPolicy must be a JSON object.")
    mode = str(policy.get("indexingMode", "consistent")).lower()
    if mode not in _MODES:
        raise bad_request(f"The indexing mode '{mode[:50]}' is not one of {', '.join(_MODES)}.")
    if mode == "none":
        return {**policy, "indexingMode": mode, "automatic": False, "includedPaths": [], "excludedPaths": []}
    included = _entries(policy, "includedPaths")
    excluded = _entries(policy, "excludedPaths")
    _check_spatial(policy)
    roots = [entry for entry in (*included, *excluded) if entry["path"] == _ROOT]
    if not included and not roots:
        included.append({"path": _ROOT})
    elif not roots:
        raise bad_request(
            "The special mandatory indexing path '/' is not provided in any of the path type sets: put '/*' into "
            "includedPaths or excludedPaths."
        )
    if all(entry["path"] != _ETAG for entry in excluded):
        excluded.append({"path": _ETAG})
    lists: dict[str, JsonValue] = {
        "includedPaths": list[JsonValue](included),
        "excludedPaths": list[JsonValue](excluded),
    }
    return {**policy, "indexingMode": mode, "automatic": policy.get("automatic", True), **lists}


def _entries(policy: JsonObject, name: str) -> list[JsonObject]:
    entries = policy.get(name) or []
    if not isinstance(entries, list):
        raise bad_request(f"'{name}' of an indexing policy must be a list of objects with a 'path'.")
    checked: list[JsonObject] = []
    for entry in entries:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(path, str) or not path.startswith("/"):
            raise bad_request(f"'{name}' of an indexing policy must be a list of objects with a 'path' from '/' on.")
        # The root may be written as `/`. The service does not tell the kinds of former indexes: all are ranges now.
        kept = {member: value for member, value in entry.items() if member != "indexes"}
        checked.append(kept | {"path": _ROOT} if path == "/" else kept)
    return checked


def _check_spatial(policy: JsonObject) -> None:
    indexes = policy.get("spatialIndexes") or []
    if not isinstance(indexes, list):
        raise bad_request("'spatialIndexes' must be a list.")
    for index in indexes:
        if not isinstance(index, dict) or not index.get("types"):
            path = index.get("path") if isinstance(index, dict) else None
            raise bad_request(
                "The spatial data types array cannot be empty. Assign at least one spatial type for the 'types' array "
                f"for the path {path!r}, such as 'Point'."
            )
