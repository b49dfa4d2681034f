"""The documents for which a WHERE can be true: by partition and id where it names them, otherwise all."""

from typing import TypeAlias, cast

import msgspec

from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.syntax import Binary, Call, In, Literal, Logical, Node, Parameter, Path
from local_azure.cosmos.query.values import Value

MAX_KEYS = 2_000
"""read_items asks for at most 1,000; beyond this a scan is as good."""

Key: TypeAlias = tuple[str | None, str | None]
"""A partition (canonical) and an id; None where either may be any."""


class Access(msgspec.Struct, frozen=True):
    """`keys` None means any document. `exact`: WHERE holds for just those documents, and need not be evaluated."""

    keys: frozenset[Key] | None
    exact: bool = False


_ANY = Access(None)


class AccessFinder:
    """Reads the keys out of a WHERE. `path` is the container's partition key, None if it is hierarchical: `paths`.

    `root` is what paths to a document begin with: nothing, or the container's alias in a scoped query.
    """

    def __init__(
        self,
        compiler: Compiler,
        path: tuple[str, ...] | None,
        root: tuple[str, ...] = (),
        paths: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        self._compiler = compiler
        self._id = (*root, "id")
        self._path = None if path is None else (*root, *path)
        self._hierarchy = [(*root, *each) for each in paths] if path is None else []

    def find(self, where: Node | None, partition: str | None) -> Access:
        """The documents of `partition` (None for all) for which `where` may hold."""
        whole = Access(None if partition is None else frozenset({(partition, None)}), exact=True)
        return whole if where is None else _both(whole, self._of(where))

    def _of(self, node: Node) -> Access:
        match node:
            case Logical("AND", operands):
                return self._all(operands)
            case Logical("OR", operands):
                return _either([self._of(operand) for operand in operands])
            case Binary("=", left, right):
                return self._equals(left, [right]) or self._equals(right, [left]) or _ANY
            case In(needle, choices):
                return self._equals(needle, list(choices)) or _ANY
            case Call("ARRAY_CONTAINS", (array, wanted)):
                values = cast("list[Value] | None", self._compiler.constant(array))
                return self._among(wanted, values) or _ANY if isinstance(values, list) else _ANY
            case _:
                return _ANY

    def _all(self, operands: tuple[Node, ...]) -> Access:
        key = self._one_key(operands)
        if key is not None:
            return Access(frozenset((key,)), exact=True)
        access = self._of(operands[0])
        for operand in operands[1:]:
            access = _both(access, self._of(operand))
        return _both(access, self._whole_key(operands)) if self._hierarchy else access

    def _whole_key(self, operands: tuple[Node, ...]) -> Access:
        """The partition of a hierarchical key whose paths are all compared with texts."""
        values: dict[tuple[str | int, ...], Value] = {}
        for operand in operands:
            match operand:
                case Binary("=", Path() as path, Literal() | Parameter() as other):
                    values[path.steps] = self._compiler.constant(other)
                case Binary("=", Literal() | Parameter() as other, Path() as path):
                    values[path.steps] = self._compiler.constant(other)
                case _:
                    continue
        key = [values.get(path) for path in self._hierarchy]
        if not all(type(value) is str for value in key):
            return _ANY
        return Access(frozenset({(canonical(*cast("list[str]", key)), None)}))

    def _one_key(self, operands: tuple[Node, ...]) -> Key | None:
        """The key that `id = @a AND partition key = @b` names, which read_items writes for each document; else None."""
        partition: str | None = None
        name: str | None = None
        for operand in operands:
            if not isinstance(operand, Binary) or operand.operator != "=":
                return None
            path, value = operand.left, self._compiler.constant(operand.right)
            if not isinstance(path, Path) or type(value) is not str or self._path == self._id:
                return None
            if path.steps == self._id and name in (None, value):
                name = value
            elif path.steps == self._path and partition in (None, key := canonical(value)):
                partition = key
            else:
                return None
        return partition, name

    def _equals(self, node: Node, choices: list[Node]) -> Access | None:
        if not isinstance(node, Path) or not all(isinstance(each, Literal | Parameter) for each in choices):
            return None
        return self._among(node, [self._compiler.constant(each) for each in choices])

    def _among(self, node: Node, values: list[Value]) -> Access | None:
        """The keys of `node = value` for any of the values; None if `node` is not a part of the key."""
        # Only strings: a number could be written in more than one way, and no other id exists.
        if not isinstance(node, Path) or len(values) > MAX_KEYS or not all(type(value) is str for value in values):
            return None
        if node.steps == self._id and self._path != self._id:
            return Access(frozenset((None, value) for value in values), exact=True)
        if node.steps == self._id:
            return Access(frozenset((canonical(value), value) for value in values), exact=True)
        if node.steps == self._path:
            return Access(frozenset((canonical(value), None) for value in values), exact=True)
        return None


def _both(left: Access, right: Access) -> Access:
    """AND. Of two lists of keys that would multiply beyond the limit, the left one will do, inexactly."""
    if left.keys is None or right.keys is None:
        keys = right.keys if left.keys is None else left.keys
        return Access(keys, left.exact and right.exact)
    if len(left.keys) * len(right.keys) > MAX_KEYS:
        return Access(min(left.keys, right.keys, key=len))
    merged = {key for a in left.keys for b in right.keys if (key := _merge(a, b)) is not None}
    return Access(frozenset(merged), left.exact and right.exact)


def _merge(left: Key, right: Key) -> Key | None:
    parts: list[str | None] = []
    for a, b in zip(left, right, strict=True):
        if a is not None and b is not None and a != b:
            return None
        parts.append(b if a is None else a)
    return parts[0], parts[1]


def _either(alternatives: list[Access]) -> Access:
    keys: set[Key] = set()
    for access in alternatives:
        if access.keys is None or len(keys) > MAX_KEYS:
            return _ANY
        keys |= access.keys
    return Access(frozenset(keys), all(access.exact for access in alternatives))
