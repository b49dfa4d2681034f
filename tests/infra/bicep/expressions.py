"""Evaluates an expression: syntax in, plain values out."""

import operator
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from tree_sitter import Node

from tests.infra.bicep.functions import FUNCTIONS, LOADERS, NAMESPACES
from tests.infra.bicep.sources import Sources
from tests.infra.bicep.syntax import named, text
from tests.infra.bicep.values import BicepError, Module, Resource, Runtime

Lookup = Callable[[str], Any]
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": operator.mod,
}


class Expressions:
    """Evaluates the expressions of one file; `lookup` gives the values of its names."""

    def __init__(self, sources: Sources, path: str, lookup: Lookup) -> None:
        self._sources = sources
        self._path = path
        self._lookup = lookup

    def value(self, node: Node, local: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression. Raises BicepError for what has none."""
        evaluate = getattr(self, f"_{node.type}", None)
        if evaluate is None:
            raise BicepError(f"{self._path}:{node.start_point.row + 1}: cannot evaluate {node.type}")
        return evaluate(node, local or {})

    def object_in(self, node: Node, local: Mapping[str, Any]) -> dict[str, Any]:
        """The properties of an object literal, evaluated."""
        found: dict[str, Any] = {}
        for item in named(node):
            key, value = named(item)
            found[self.value(key, local) if key.type == "string" else text(key)] = self.value(value, local)
        return found

    _object = object_in

    def _string(self, node: Node, local: Mapping[str, Any]) -> str:
        """Cut from the source: the grammar hands out neither the blanks before a token nor the escape of a dollar."""
        source, quote = node.text or b"", node.children[0]
        parts: list[str] = []
        start = quote.end_byte
        for child in [*(child for child in node.children if child.type == "interpolation"), node.children[-1]]:
            opening = child.children[0] if child.children else child  # `${`, or the closing quote
            stop = opening.end_byte - len(opening.type)
            written = source[start - node.start_byte : stop - node.start_byte].decode()
            parts.append(written if quote.type == "'''" else _ESCAPE.sub(_unescape, written))
            if child.children:
                parts.append(str(self.value(named(child)[0], local)))
            start = child.end_byte
        return "".join(parts)

    def _number(self, node: Node, _: Mapping[str, Any]) -> int:
        return int(text(node))

    def _boolean(self, node: Node, _: Mapping[str, Any]) -> bool:
        return text(node) == "true"

    def _null(self, _: Node, __: Mapping[str, Any]) -> None:
        return None

    def _array(self, node: Node, local: Mapping[str, Any]) -> list[Any]:
        return [self.value(item, local) for item in named(node)]

    def _identifier(self, node: Node, local: Mapping[str, Any]) -> Any:
        name = text(node)
        return local[name] if name in local else self._lookup(name)

    def _parenthesized_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        return self.value(named(node)[0], local)

    def _ternary_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        condition, then, otherwise = named(node)
        return self.value(then if self.value(condition, local) else otherwise, local)

    def _unary_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        value = self.value(named(node)[0], local)
        return -value if node.children[0].type == "-" else not value

    def _binary_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        left, right = named(node)
        return self._binary(node, lambda: self.value(left, local), lambda: self.value(right, local))

    def _binary(self, node: Node, left: Callable[[], Any], right: Callable[[], Any]) -> Any:
        sign = node.children[1].type
        if sign == "??":
            value = left()
            return right() if value is None else value
        if sign in ("&&", "||"):
            return left() and right() if sign == "&&" else left() or right()
        return _OPERATORS[sign](left(), right())

    def _member_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        base, name = named(node)[0], text(named(node)[-1])
        return self._postfix(base, local, lambda value: self._member(node, value, name))

    def _subscript_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        base, index = named(node)
        return self._postfix(base, local, lambda value: self._item(node, value, self.value(index, local)))

    def _postfix(self, base: Node, local: Mapping[str, Any], apply: Callable[[Any], Any]) -> Any:
        """Apply a `.name` or `[index]`. The grammar hangs it on the whole of `a + b.name`; it belongs to `b`."""
        if base.type != "binary_expression":
            return apply(self.value(base, local))
        left, right = named(base)
        return self._binary(base, lambda: self.value(left, local), lambda: self._postfix(right, local, apply))

    def _member(self, node: Node, value: Any, name: str) -> Any:
        if isinstance(value, Module):
            return value.output if name == "outputs" else Runtime(f"<{'/'.join(value.path)}>.{name}")
        if isinstance(value, Resource | Runtime):
            return value.member(name)
        if callable(value):
            return value(name)
        return self._item(node, value, name)

    def _item(self, node: Node, value: Any, index: Any) -> Any:
        try:
            return value[index]
        except (KeyError, IndexError, TypeError):
            raise BicepError(f"{self._path}:{node.start_point.row + 1}: {text(node)} does not exist") from None

    def _lambda_expression(self, node: Node, local: Mapping[str, Any]) -> Callable[[Any], Any]:
        name, body = named(node)
        return lambda item: self.value(body, {**local, text(name): item})

    def _call_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        called, arguments = named(node)
        if called.type == "member_expression" and text(named(called)[0]) in NAMESPACES:
            called = named(called)[-1]
        name = text(called)
        values = [self.value(argument, local) for argument in named(arguments)]
        if name in LOADERS:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self._path), values[0]))
            if not self._sources.exists(path):
                raise BicepError(f"{self._path}:{node.start_point.row + 1}: there is no file {path}")
            return LOADERS[name](self._sources.read(path))
        if name not in FUNCTIONS:
            raise BicepError(f"{self._path}:{node.start_point.row + 1}: unknown function {name}")
        return FUNCTIONS[name](*values)


def _unescape(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[1])
