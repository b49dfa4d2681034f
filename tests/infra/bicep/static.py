"""What can be said about a file without deploying it: syntax, names, descriptions."""

from collections.abc import Iterator

from tree_sitter import Node

from tests.infra.bicep.functions import FUNCTIONS, LOADERS, NAMESPACES
from tests.infra.bicep.syntax import BicepFile, Declaration, Kind, named, text, walk

_KNOWN = FUNCTIONS.keys() | LOADERS.keys() | NAMESPACES
_DECORATORS = {"allowed", "description", "maxLength", "maxValue", "metadata", "minLength", "minValue", "secure"}


def file_findings(file: BicepFile) -> Iterator[str]:
    """What is wrong with a file, a line each."""
    for line in file.errors:
        yield f"{file.path}:{line}: does not parse"
    for repeated in file.repeated:
        yield f"{file.path}:{repeated.line}: {repeated.name} is declared twice"
    for declared in [*file.declarations.values(), *file.outputs.values()]:
        yield from _decorators(file, declared)
    yield from _names(file)


def _decorators(file: BicepFile, declared: Declaration) -> Iterator[str]:
    for unknown in declared.decorators.keys() - _DECORATORS:
        yield f"{file.path}:{declared.line}: unknown decorator {unknown}"
    if declared.kind in (Kind.PARAMETER, Kind.OUTPUT) and "description" not in declared.decorators:
        yield f"{file.path}:{declared.line}: {declared.name} has no description"


def _names(file: BicepFile) -> Iterator[str]:
    used: set[str] = set()
    for node in _mentions(file.root):
        name = text(node)
        used.add(name)
        if name not in file.declarations and name not in _KNOWN and name not in _local_names(node):
            yield f"{file.path}:{node.start_point.row + 1}: the name {name} does not exist"
    for declared in file.declarations.values():
        if declared.kind in (Kind.PARAMETER, Kind.VARIABLE) and declared.name not in used:
            yield f"{file.path}:{declared.line}: {declared.name} is never used"


def _mentions(root: Node) -> Iterator[Node]:
    """Identifiers that stand for a value or a function, not for what they declare or for the key of a property."""
    for node in walk(root):
        parent = node.parent
        if node.type != "identifier" or parent is None or parent.type == "decorator":
            continue
        first = named(parent)[0] == node
        declares = parent.type.endswith("_declaration") or parent.type in (
            "object_property",
            "for_statement",
            "lambda_expression",
        )
        decorates = parent.parent is not None and parent.parent.type == "decorator"
        if not (first and (declares or decorates)):
            yield node


def _local_names(node: Node) -> set[str]:
    names: set[str] = set()
    ancestor = node.parent
    while ancestor is not None:
        if ancestor.type in ("for_statement", "lambda_expression"):
            names.add(text(named(ancestor)[0]))
        ancestor = ancestor.parent
    return names


def mentioned(file: BicepFile, declared: Declaration) -> set[str]:
    """The resources and modules that a declaration waits for, those behind variables included."""
    found: set[str] = set()
    todo = [declared]
    while todo:
        one = todo.pop()
        for node in _mentions(one.node):
            other = file.declarations.get(text(node))
            if other is not None and other.name not in found and other.name != declared.name:
                found.add(other.name)
                todo.append(other)
    return {name for name in found if file.declarations[name].kind in (Kind.RESOURCE, Kind.MODULE)}
