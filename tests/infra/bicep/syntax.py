"""The declarations of a Bicep file: parameters, variables, resources, modules and outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_bicep.language()))


class Kind(Enum):
    """What is declared."""

    PARAMETER = "parameter_declaration"
    VARIABLE = "variable_declaration"
    RESOURCE = "resource_declaration"
    MODULE = "module_declaration"
    OUTPUT = "output_declaration"


@dataclass(frozen=True)
class Declaration:
    """A declaration of a file. `decorators` holds the arguments of each by its name."""

    kind: Kind
    name: str
    node: Node
    decorators: Mapping[str, Node]

    @property
    def line(self) -> int:
        """Counted from 1."""
        return self.node.start_point.row + 1

    @property
    def type_node(self) -> Node:
        """A parameter's or an output's type; a resource's type and version, or a module's path, as a string."""
        return named(self.node)[1]

    @property
    def value(self) -> Node | None:
        """The expression behind the equals sign; None for a parameter without default."""
        children = self.node.children
        signs = [index for index, child in enumerate(children) if child.type == "="]
        return children[signs[0] + 1] if signs else None

    @property
    def existing(self) -> bool:
        """Whether it names a resource that something else makes."""
        return any(child.type == "existing" for child in self.node.children)


@dataclass(frozen=True)
class BicepFile:
    """A parsed file. `repeated` names what was declared before, `errors` the lines that do not parse."""

    path: str
    root: Node
    declarations: Mapping[str, Declaration]
    outputs: Mapping[str, Declaration]
    repeated: list[Declaration] = field(default_factory=list[Declaration])
    errors: list[int] = field(default_factory=list[int])


def text(node: Node) -> str:
    """A node as it is written."""
    return (node.text or b"").decode()


def named(node: Node) -> list[Node]:
    """A node's children without punctuation and comments."""
    return [child for child in node.named_children if child.type not in ("comment", "diagnostic_comment")]


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    for child in node.children:
        yield from walk(child)


@lru_cache(maxsize=256)
def parse(path: str, source: str) -> BicepFile:
    """Read the declarations of a file; what does not parse is listed, not raised."""
    root = _PARSER.parse(source.encode()).root_node
    file = BicepFile(path, root, {}, {})
    declarations: dict[str, Declaration] = {}
    outputs: dict[str, Declaration] = {}
    decorators: dict[str, Node] = {}
    for node in named(root):
        if node.type == "decorators":
            calls = [named(decorator)[0] for decorator in named(node)]
            decorators = {text(named(call)[0]): named(call)[-1] for call in calls}
            continue
        if node.type in {kind.value for kind in Kind}:
            found = Declaration(Kind(node.type), text(named(node)[0]), node, decorators)
            target = outputs if found.kind is Kind.OUTPUT else declarations
            if found.name in target:
                file.repeated.append(found)
            target[found.name] = found
        decorators = {}
    file.errors.extend(node.start_point.row + 1 for node in walk(root) if node.is_error or node.is_missing)
    return BicepFile(path, root, declarations, outputs, file.repeated, file.errors)
