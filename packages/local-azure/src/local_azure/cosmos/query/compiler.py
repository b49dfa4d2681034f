"""Tree to closures: a function from a document to a value, with the parameters bound."""

# JSON values are known by what they are, not by static types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownLambdaType=false

from collections.abc import Callable, Mapping

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.functions import FUNCTIONS, is_integer
from local_azure.cosmos.query.like import like
from local_azure.cosmos.query.operators import Evaluate, binary, logical, unary
from local_azure.cosmos.query.syntax import (
    ArrayLiteral,
    Between,
    Binary,
    Call,
    Conditional,
    In,
    Like,
    Literal,
    Logical,
    Member,
    Node,
    ObjectLiteral,
    Parameter,
    Path,
    Subquery,
    Unary,
)
from local_azure.cosmos.query.values import UNDEFINED, Value, equal, identity


class Compiler:
    """Compiles expressions of one query."""

    def __init__(self, parameters: Mapping[str, Value]) -> None:
        self._parameters = parameters

    def constant(self, node: Node) -> Value:
        """The value of a literal or a parameter; UNDEFINED for any other node."""
        if isinstance(node, Literal):
            return node.value
        return self._parameter(node.name) if isinstance(node, Parameter) else UNDEFINED

    def compile(self, node: Node) -> Evaluate:  # noqa: PLR0911, PLR0912 - one line for each kind of node
        """400 for a parameter that has no value, and for a subquery: only a scoped query has a place for one."""
        match node:
            case Literal() | Parameter():
                return _always(self.constant(node))
            case Path(steps):
                return _path(steps)
            case Member(base, key):
                return _member(self.compile(base), self.compile(key))
            case Unary(name, operand):
                return unary(name, self.compile(operand))
            case Binary(name, left, right):
                return binary(name, self.compile(left), self.compile(right))
            case Logical(name, operands):
                return logical(name == "AND", [self.compile(each) for each in operands])
            case In(needle, choices):
                return self._in(needle, choices)
            case Between(value, low, high):
                within = Logical("AND", (Binary(">=", value, low), Binary("<=", value, high)))
                return self.compile(within)
            case Like(value, pattern, escape):
                return _like(self.compile(value), self.compile(pattern), escape)
            case Conditional(condition, yes, no):
                return _conditional(self.compile(condition), self.compile(yes), self.compile(no))
            case Call("ARRAY_CONTAINS", (array, wanted)) if (constants := self._constants_of(array)) is not None:
                return _among(self.compile(wanted), constants)
            case Call(name, arguments):
                return _call(FUNCTIONS[name].apply, [self.compile(each) for each in arguments])
            case ArrayLiteral(items):
                return _array([self.compile(each) for each in items])
            case ObjectLiteral(items):
                return compile_object([(name, self.compile(each)) for name, each in items])
            case Subquery():
                raise bad_request("A subquery beside an aggregate or GROUP BY or in a patch's condition is refused.")
            case _:
                raise NotImplementedError(type(node).__name__)

    def _parameter(self, name: str) -> Value:
        if name not in self._parameters:
            raise bad_request(f"The query's parameter '{name}' has no value.")
        return self._parameters[name]

    def _constants(self, nodes: tuple[Node, ...]) -> list[Value] | None:
        """The values of literals and parameters, those that are defined; None if there are other nodes."""
        if not all(isinstance(each, Literal | Parameter) for each in nodes):
            return None
        return [constant for each in nodes if (constant := self.constant(each)) is not UNDEFINED]

    def _constants_of(self, array: Node) -> list[Value] | None:
        """The elements of an array that is the same for all documents; None of any other node."""
        if isinstance(array, ArrayLiteral):
            return self._constants(array.items)
        value = self.constant(array)
        return value if type(value) is list else None

    def _in(self, needle: Node, choices: tuple[Node, ...]) -> Evaluate:
        value = self.compile(needle)
        constants = self._constants(choices)
        if constants is not None:
            return _among(value, constants)
        others = [self.compile(each) for each in choices]

        def evaluate(item: Value) -> Value:
            wanted = value(item)
            return UNDEFINED if wanted is UNDEFINED else any(equal(wanted, other(item)) is True for other in others)

        return evaluate


def compile_object(items: list[tuple[str, Evaluate]]) -> Evaluate:
    """An object of the values that are defined."""

    def evaluate(item: Value) -> Value:
        return {name: value for name, each in items if (value := each(item)) is not UNDEFINED}

    return evaluate


def _always(value: Value) -> Evaluate:
    return lambda _: value


def _path(steps: tuple[str | int, ...]) -> Evaluate:
    if len(steps) == 1 and type(steps[0]) is str:
        name = steps[0]
        return lambda item: item.get(name, UNDEFINED) if type(item) is dict else UNDEFINED
    names = tuple(step for step in steps if type(step) is str)
    if len(names) == len(steps):
        return _within(names)

    def evaluate(item: Value) -> Value:
        for step in steps:
            item = _step(item, step)
        return item

    return evaluate


def _within(names: tuple[str, ...]) -> Evaluate:
    """What lies at names within names: most of what queries read."""

    def evaluate(item: Value) -> Value:
        for name in names:
            if type(item) is not dict:
                return UNDEFINED
            item = item.get(name, UNDEFINED)
        return item

    return evaluate


def _among(value: Evaluate, constants: list[Value]) -> Evaluate:
    # Texts and whole numbers tell each other apart without being written out.
    plain: set[str | int] = {constant for constant in constants if type(constant) in (str, int)}
    identities = {identity(constant) for constant in constants if type(constant) is not str}

    def evaluate(item: Value) -> Value:
        wanted = value(item)
        if type(wanted) is str:
            return wanted in plain
        if wanted is UNDEFINED:
            return UNDEFINED
        return (type(wanted) is int and wanted in plain) or identity(wanted) in identities

    return evaluate


def _step(value: Value, key: Value) -> Value:
    if type(value) is dict and type(key) is str:
        return value.get(key, UNDEFINED)
    if type(value) is list and (type(key) is int or is_integer(key)) and 0 <= key < len(value):
        return value[int(key)]
    return UNDEFINED


def _member(base: Evaluate, key: Evaluate) -> Evaluate:
    return lambda item: _step(base(item), key(item))


def _like(value: Evaluate, pattern: Evaluate, escape: str | None) -> Evaluate:
    def evaluate(item: Value) -> Value:
        text, wanted = value(item), pattern(item)
        return like(text, wanted, escape) if type(text) is str and type(wanted) is str else UNDEFINED

    return evaluate


def _conditional(condition: Evaluate, yes: Evaluate, no: Evaluate) -> Evaluate:
    return lambda item: yes(item) if condition(item) is True else no(item)


def _call(apply: Callable[..., Value], arguments: list[Evaluate]) -> Evaluate:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda item: apply(only(item))
    return lambda item: apply(*[each(item) for each in arguments])


def _array(items: list[Evaluate]) -> Evaluate:
    return lambda item: [value for each in items if (value := each(item)) is not UNDEFINED]
