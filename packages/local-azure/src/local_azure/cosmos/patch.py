"""Partial updates: add, set, replace, remove, incr and move, under a condition.

https://learn.microsoft.com/azure/cosmos-db/partial-document-update
"""

import math
from contextlib import suppress
from typing import Any, Literal

import msgspec

from local_azure.cosmos.errors import bad_request, precondition_failed
from local_azure.cosmos.partition_key import KeyDefinition
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.parser import parse_condition
from local_azure.cosmos.wire import JsonObject

MAX_OPERATIONS = 10
_SYSTEM = frozenset({"id", "_rid", "_self", "_etag", "_attachments", "_ts"})


class PatchOperation(msgspec.Struct):
    """One step; `from_` is the source of a move."""

    op: Literal["add", "set", "replace", "remove", "incr", "increment", "move"]
    path: str
    value: Any = msgspec.UNSET
    from_: str | None = msgspec.field(name="from", default=None)


class Patch(msgspec.Struct):
    """The body of a PATCH request, which may also be the operations alone; `condition` is `FROM c WHERE ...`."""

    operations: list[PatchOperation]
    condition: str | None = None


_patches = msgspec.json.Decoder(Patch | list[PatchOperation])


def patched(document: JsonObject, body: bytes, key: KeyDefinition) -> JsonObject:
    """The document after the patch (the same object, changed). 412 if the condition does not hold.

    400 if the patch is malformed, touches the id, a system property or the partition key, or does not fit the document.
    """
    try:
        decoded = _patches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"The patch is malformed: {problem}") from problem
    patch = decoded if isinstance(decoded, Patch) else Patch(decoded)
    if not 0 < len(patch.operations) <= MAX_OPERATIONS:
        raise bad_request(f"A patch has 1 to {MAX_OPERATIONS} operations, not {len(patch.operations)}.")
    if patch.condition is not None and not _holds(patch.condition, document):
        raise precondition_failed()
    for operation in patch.operations:
        _apply(document, operation, key)
    return document


def _holds(condition: str, document: JsonObject) -> bool:
    where = parse_condition(condition).where
    return where is None or Compiler({}).compile(where)(document) is True


def _apply(document: JsonObject, operation: PatchOperation, key: KeyDefinition) -> None:
    path = _segments(operation.path, key)
    if operation.op == "move":
        source = _segments(operation.from_ or "", key)
        if path[: len(source)] == source:
            raise bad_request(f"'{operation.path}' is '{operation.from_}' or lies within it, so it cannot be moved.")
        value = _take(document, source, operation.from_ or "")
        _put(document, path, value, "add", operation.path)
    elif operation.op == "remove":
        _take(document, path, operation.path)
    else:
        if operation.value is msgspec.UNSET:
            raise bad_request(f"The patch operation '{operation.op}' at '{operation.path}' needs a value.")
        _put(document, path, operation.value, operation.op, operation.path)


def _segments(path: str, key: KeyDefinition) -> list[str]:
    if not path.startswith("/") or len(path) == 1:
        raise bad_request(f"The path '{path}' of a patch must start with '/' and name a property.")
    segments = [segment.replace("~1", "/").replace("~0", "~") for segment in path[1:].split("/")]
    if segments[0] in _SYSTEM or any(_overlap(segments, names) for names in key.paths):
        raise bad_request(f"'{path}' is the id, a system property or the partition key, which cannot be patched.")
    return segments


def _overlap(segments: list[str], names: tuple[str, ...]) -> bool:
    shared = min(len(segments), len(names))
    return tuple(segments[:shared]) == names[:shared]


def _parent(document: JsonObject, segments: list[str], path: str) -> Any:
    parent: Any = document
    for segment in segments[:-1]:
        parent = _child(parent, segment, path)
    if not isinstance(parent, dict | list):
        raise _absent(path)
    return parent  # pyright: ignore[reportUnknownVariableType] - JSON


def _child(parent: Any, segment: str, path: str) -> Any:
    if isinstance(parent, dict) and segment in parent:
        return parent[segment]  # pyright: ignore[reportUnknownVariableType] - JSON
    if isinstance(parent, list):
        return parent[_index(parent, segment, path)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise _absent(path)


def _index(array: list[Any], segment: str, path: str) -> int:
    if not segment.isdecimal() or not segment.isascii() or len(segment) > 9 or int(segment) >= len(array):
        raise _absent(path)
    return int(segment)


def _take(document: JsonObject, segments: list[str], path: str) -> Any:
    parent = _parent(document, segments, path)
    value = _child(parent, segments[-1], path)
    parent.pop(segments[-1] if isinstance(parent, dict) else int(segments[-1]))
    return value


def _put(document: JsonObject, segments: list[str], value: Any, op: str, path: str) -> None:
    parent = _parent(document, segments, path)
    last = segments[-1]
    if isinstance(parent, list):
        _put_in_array(parent, last, value, op, path)  # pyright: ignore[reportUnknownArgumentType] - JSON
    elif op in ("incr", "increment"):
        parent[last] = _sum(parent.get(last, 0), value, path)
    elif op == "replace" and last not in parent:
        raise _absent(path)
    else:
        parent[last] = value


def _put_in_array(array: list[Any], last: str, value: Any, op: str, path: str) -> None:
    if op == "add" and last in ("-", str(len(array))):
        array.append(value)
        return
    place = _index(array, last, path)
    if op == "add":
        array.insert(place, value)
    elif op in ("incr", "increment"):
        array[place] = _sum(array[place], value, path)
    else:
        array[place] = value


def _sum(old: Any, step: Any, path: str) -> int | float:
    if type(old) not in (int, float) or type(step) not in (int, float):
        raise bad_request(f"Only a number can be incremented, and by a number: '{path}'.")
    with suppress(OverflowError):
        total = old + step
        if math.isfinite(total):
            return total
    raise bad_request(f"The sum at '{path}' is beyond the numbers of a double.")


def _absent(path: str) -> Exception:
    return bad_request(f"The document has nothing at '{path}' that this patch could change.")
