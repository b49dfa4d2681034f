"""From an expression to Python source that computes it.

A query is compiled to Python functions, once, because interpreting its tree for every event costs about five times as
much as running them. Only this module's own words and `repr` of the query's literals get into the source; names of
columns never do, except as `repr` too.
"""

import re
from collections.abc import Callable
from typing import Any

from local_azure.stream_analytics.engine.functions import FUNCTIONS, MAX_TEXT, TYPE_NAMES
from local_azure.stream_analytics.engine.times import Instant
from local_azure.stream_analytics.engine.values import (
    MAX_BIGINT,
    NUMBERS,
    ConversionError,
    arithmetic,
    cast,
    compare,
    date_add,
    date_diff,
)
from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME
from local_azure.stream_analytics.language.tree import (
    Aggregate,
    Arithmetic,
    Case,
    Cast,
    Column,
    Comparator,
    Comparison,
    Constant,
    Expression,
    Function,
    IsNull,
    Like,
    Logical,
    Not,
    Over,
    SystemTimestamp,
)

_NEGATED: dict[Comparator, Comparator] = {"=": "<>", "<>": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_MIRRORED: dict[Comparator, Comparator] = {"=": "=", "<>": "<>", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_SHALLOW = 12
_SAME_TYPE = {"nvarchar": "str", "bigint": "int", "bit": "bool", "float": "float"}
_PYTHON: dict[Comparator, str] = {"=": "==", "<>": "!=", ">": ">", "<": "<", ">=": ">=", "<=": "<="}

Special = Callable[[Expression], str | None]
"""Source for expressions that the surroundings know better: columns, aggregates, group keys. None for all others."""


class Generator:
    """Writes source and gathers the `names` that it refers to, for `exec`.

    `special` is asked first for every expression; `timestamp` is the source of the event's time; `mark` begins the
    names that are its own, so that lines of several can stand in one function. With `from_json` the columns hold what
    JSON can, so no datetimes.
    """

    def __init__(self, special: Special, timestamp: str, mark: str = "", *, from_json: bool = False) -> None:
        self._special = special
        self._timestamp = timestamp
        self._mark = mark
        self._from_json = from_json
        self._temporaries = 0
        self._depth = 0
        self.names: dict[str, Any] = {
            "NUMBERS": NUMBERS,
            "Instant": Instant,
            "arithmetic": arithmetic,
            "cast": cast,
            "compare": compare,
            "date_add": date_add,
            "date_diff": date_diff,
            "length": FUNCTIONS["LEN"],
            "type_names": TYPE_NAMES,
        }

    def value(self, node: Expression) -> str:
        """Source of an expression's value; NULL and unknown are None."""
        self._depth += 1
        source = self._value(node)
        self._depth -= 1
        return source

    def _value(self, node: Expression) -> str:  # noqa: PLR0911 - one for each kind of node
        special = self._special(node)
        if special is not None:
            return special
        match node:
            case Constant():
                return repr(node.value)
            case SystemTimestamp():
                return f"Instant({self._timestamp})"
            case Arithmetic():
                return self._arithmetic(node) if self._is_shallow else self._arithmetic_call(node)
            case Cast(operand=Constant(value=constant)):
                return self._constant_cast(node, constant)
            case Cast():
                return self._cast(node) if self._is_shallow else self._cast_call(node, self.value(node.operand))
            case Function():
                return self._function(node)
            case Case():
                branches = "".join(f"{self.value(then)} if {self.true(when)} else " for when, then in node.branches)
                return f"({branches}{self.value(node.otherwise)})"
            case Column() | Aggregate() | Over():
                raise AssertionError(f"the checker let {node} through")
            case _:
                return f"(True if {self.true(node)} else False if {self.false(node)} else None)"

    def true(self, node: Expression) -> str:
        """Source that holds exactly if the condition is true, not if it is false or unknown."""
        return self._condition(node, negated=False)

    def false(self, node: Expression) -> str:
        """Source that holds exactly if the condition is false."""
        return self._condition(node, negated=True)

    def _condition(self, node: Expression, *, negated: bool) -> str:
        match node:
            case Logical():
                word = "and" if (node.operator == "and") != negated else "or"
                operands = self._cheapest_first(node.operands, negated=negated) if word == "and" else node.operands
                return "(" + f" {word} ".join(self._condition(each, negated=negated) for each in operands) + ")"
            case Not():
                return self._condition(node.operand, negated=not negated)
            case Comparison():
                return self._comparison(node, _NEGATED[node.operator] if negated else node.operator)
            case IsNull():
                return f"({self.value(node.operand)} is {'not ' if negated else ''}None)"
            case Like():
                return self._like(node, negated=negated)
            case _:
                text = self._temporary()
                wanted = "== 0" if negated else "!= 0"
                return f"(({text} := {self.value(node)}).__class__ in NUMBERS and {text} {wanted})"

    def _cheapest_first(self, operands: tuple[Expression, ...], *, negated: bool) -> tuple[Expression, ...]:
        """Operands of an `and`, those that need not look at a type in front, if none can fail."""
        wanted = "<>" if negated else "="
        if not all(isinstance(each, Comparison) and self._is_plain(each) for each in operands):
            return operands
        return tuple(sorted(operands, key=lambda each: not (isinstance(each, Comparison) and each.operator == wanted)))

    def _is_plain(self, node: Comparison) -> bool:
        """True for a column of JSON beside a constant, on whichever side."""
        sides = (node.left, node.right)
        column = next((side for side in sides if isinstance(side, Column)), None)
        if not self._from_json or column is None or column.path[0] == ENQUEUED_TIME:
            return False
        return any(isinstance(side, Constant) and side.value is not None for side in sides)

    def _comparison(self, node: Comparison, operator: Comparator) -> str:
        left, right = node.left, node.right
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right, operator = right, left, _MIRRORED[operator]
        if isinstance(right, Constant) and self._is_plain(node):
            if operator == "=":
                return f"({self.value(left)} == {right.value!r})"  # nothing of another type equals it
            text = self._temporary()
            test = (
                f"({text} := {self.value(left)}).__class__ {'is str' if right.value.__class__ is str else 'in NUMBERS'}"
            )
            return f"({test} and {text} {_PYTHON[operator]} {right.value!r})"
        if isinstance(right, Constant) and right.value is not None:
            # The usual case, a column beside a constant, without a call: the type decides whether they compare at all.
            text = self._temporary()
            fits = "str" if isinstance(right.value, str) else "NUMBERS"
            test = f"{text}.__class__ {'is' if fits == 'str' else 'in'} {fits}"
            test = test.replace(text, f"({text} := {self.value(left)})", 1)
            quick = f"{text} {_PYTHON[operator]} {right.value!r}"
            return f"({quick} if {test} else compare({operator!r},{text},{right.value!r}))"
        if not self._is_shallow:
            return f"compare({operator!r},{self.value(left)},{self.value(right)})"
        # The next usual case: two numbers.
        first, second = self._temporary(), self._temporary()
        both = f"(({first} := {self.value(left)}).__class__ in NUMBERS)"
        both += f" & (({second} := {self.value(right)}).__class__ in NUMBERS)"
        return f"({first} {_PYTHON[operator]} {second} if {both} else compare({operator!r},{first},{second}))"

    @property
    def _is_shallow(self) -> bool:
        """True where usual types may be treated without a call: Python bounds how deep parentheses stand."""
        return self._depth < _SHALLOW

    def _arithmetic_call(self, node: Arithmetic) -> str:
        return f"arithmetic({node.operator!r},{self.value(node.left)},{self.value(node.right)})"

    @staticmethod
    def _cast_call(node: Cast, value: str) -> str:
        return f"cast({node.lenient},{node.type!r},{value})"

    def _arithmetic(self, node: Arithmetic) -> str:
        """Whole numbers, which are most, without a call."""
        left = self._temporary()
        if isinstance(node.right, Constant) and node.right.value.__class__ is int:
            right = repr(node.right.value)
            whole = f"({left} := {self.value(node.left)}).__class__ is int"
        else:
            right = self._temporary()
            whole = f"({left} := {self.value(node.left)}).__class__ is ({right} := {self.value(node.right)}).__class__"
            whole += " is int"
        general = f"arithmetic({node.operator!r},{left},{right})"
        if node.operator in ("/", "%"):
            python = "//" if node.operator == "/" else "%"
            return f"({left} {python} {right} if {whole} and {left} >= 0 and {right} > 0 else {general})"
        result = self._temporary()
        fits = f"{-MAX_BIGINT - 1} <= ({result} := {left} {node.operator} {right}) <= {MAX_BIGINT}"
        return f"({result} if {whole} and {fits} else {general})"

    def _cast(self, node: Cast) -> str:
        """A value that has the type already without a call; a whole number of a body has been seen to fit (is_wide)."""
        value, same = self.value(node.operand), _SAME_TYPE.get(node.type)
        if same is None:
            return self._cast_call(node, value)
        text = self._temporary()
        given = f"({text} := {value}).__class__"
        general = self._cast_call(node, text)
        other = f"float({text}) if {text}.__class__ is int else {general}" if node.type == "float" else general
        return f"({text} if {given} is {same} else {other})"

    def _like(self, node: Like, *, negated: bool) -> str:
        pattern = "".join(".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in node.pattern)
        name = self._keep("like", re.compile(pattern, re.DOTALL).fullmatch)
        text = self._temporary()
        if not set("%_") & set(node.pattern[:-1]) and node.pattern.endswith("%"):
            matches = f"{'not ' if negated else ''}{text}.startswith({node.pattern[:-1]!r})"
            return f"(({text} := {self.value(node.operand)}).__class__ is str and {matches})"
        matches = f"{name}({text}) is {'' if negated else 'not '}None"
        return f"(({text} := {self.value(node.operand)}).__class__ is str and {matches})"

    def _function(self, node: Function) -> str:
        if node.name == "LEN":
            text = self._temporary()
            plain = f"({text} := {self.value(node.arguments[0])}).__class__ is str and {text}.isascii()"
            return f"(len({text}) if {plain} and {text}[-1:] != ' ' else length({text}))"
        if node.name == "GETTYPE":
            return f"type_names[({self.value(node.arguments[0])}).__class__]"
        if node.name == "CONCAT" and self._is_shallow:
            return self._concat(node)
        arguments = ",".join(self.value(argument) for argument in node.arguments)
        if node.name == "DATEDIFF" and isinstance(node.arguments[1], SystemTimestamp):
            start, unit = self._temporary(), node.unit
            is_instant = f"({start} := {self.value(node.arguments[0])}).__class__ is Instant"
            return (
                f"({self._timestamp} // {unit} - {start} // {unit} if {is_instant} else date_diff({unit},{arguments}))"
            )
        if node.unit is not None:
            return f"{'date_add' if node.name == 'DATEADD' else 'date_diff'}({node.unit},{arguments})"
        name = f"function_{node.name}"
        self.names[name] = FUNCTIONS[node.name]
        return f"{name}({arguments})"

    def _concat(self, node: Function) -> str:
        """Texts, which are most, without a call."""
        parts: list[str] = []
        tests: list[str] = []
        for argument in node.arguments:
            if isinstance(argument, Constant) and argument.value.__class__ is str:
                parts.append(repr(argument.value))
                continue
            parts.append(self._temporary())
            tests.append(f"(({parts[-1]} := {self.value(argument)}).__class__ is str)")
        text = self._temporary()
        self.names["function_CONCAT"] = FUNCTIONS["CONCAT"]
        are_texts = " & ".join(tests) or "True"
        is_short = f"len({text} := {' + '.join(parts)}) <= {MAX_TEXT}"
        return f"({text} if {are_texts} and {is_short} else function_CONCAT({','.join(parts)}))"

    def _constant_cast(self, node: Cast, constant: Any) -> str:
        try:
            return self._keep("constant", cast(node.lenient, node.type, constant))
        except ConversionError:
            return self._cast_call(node, repr(constant))

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"{self._mark}value{self._temporaries}"

    def _keep(self, prefix: str, value: Any) -> str:
        name = f"{self._mark}{prefix}{len(self.names)}"
        self.names[name] = value
        return name


def compile_source(source: str, names: dict[str, Any], function: str) -> Callable[..., Any]:
    """Run generated source and give one function of it."""
    space = dict(names)
    exec(compile(source, "<query>", "exec"), space)  # noqa: S102 - our own source, see the module's docstring
    return space[function]
