"""The tree of a query. Nodes are equal if they mean the same: positions do not count."""

from dataclasses import dataclass, field
from typing import Literal

from local_azure.stream_analytics.language.position import Position

Comparator = Literal["=", "<>", "<", "<=", ">", ">="]
Operator = Literal["+", "-", "*", "/", "%"]
CastType = Literal["bigint", "float", "bit", "datetime", "nvarchar", "record", "array"]
AggregateName = Literal["COUNT", "SUM", "AVG", "MIN", "MAX", "COLLECT"]
OverName = Literal["COUNT", "SUM"]


@dataclass(frozen=True, slots=True)
class Node:
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: int | float | str | None


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column, and below it the fields of a record: `a.b.c`."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Star(Node):
    """All columns of the source, as in `SELECT *`."""


@dataclass(frozen=True, slots=True)
class SystemTimestamp(Node):
    """`System.Timestamp()`: an event's time; for a window's row the end of the window."""


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A scalar function. `unit` is the ticks of the date part that DATEADD and DATEDIFF take first."""

    name: str
    arguments: tuple["Expression", ...]
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`argument` is None for COUNT(*) and COLLECT()."""

    name: AggregateName
    argument: "Expression | None"


@dataclass(frozen=True, slots=True)
class Over(Node):
    """An aggregate of an event and of those before it: `COUNT(*) OVER (PARTITION BY k LIMIT DURATION(minute, 5))`.

    It takes the events with the same `keys` that are less than `duration` ticks older, those alone for which `when`
    holds. `argument` is None for COUNT(*).
    """

    name: OverName
    argument: "Expression | None"
    keys: tuple["Expression", ...]
    duration: int
    when: "Expression | None"


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """CAST, or with `lenient` TRY_CAST, which gives NULL where CAST fails."""

    operand: "Expression"
    type: CastType
    lenient: bool


@dataclass(frozen=True, slots=True)
class Case(Node):
    branches: tuple[tuple["Expression", "Expression"], ...]
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: Operator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: Comparator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Logical(Node):
    operator: Literal["and", "or"]
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Like(Node):
    operand: "Expression"
    pattern: str


Expression = (
    Constant
    | Column
    | SystemTimestamp
    | Function
    | Aggregate
    | Over
    | Cast
    | Case
    | Arithmetic
    | Comparison
    | Logical
    | Not
    | IsNull
    | Like
)


@dataclass(frozen=True, slots=True)
class Window(Node):
    """A tumbling (`hop == size`) or hopping window; all in ticks of 100 ns, aligned to zero hour UTC plus `offset`."""

    size: int
    hop: int
    offset: int


@dataclass(frozen=True, slots=True)
class Item:
    """One column of a SELECT and the name it gets; `Star` has none."""

    expression: "Expression | Star"
    name: str


@dataclass(frozen=True, slots=True)
class Source(Node):
    """The source of a SELECT: an input, or a step of the WITH."""

    name: str
    alias: str | None
    timestamp_by: Expression | None


@dataclass(frozen=True, slots=True)
class Select(Node):
    items: tuple[Item, ...]
    source: Source
    where: Expression | None
    keys: tuple[Expression, ...]
    window: Window | None
    having: Expression | None


@dataclass(frozen=True, slots=True)
class Step(Node):
    """A named SELECT of the WITH."""

    name: str
    select: Select


@dataclass(frozen=True, slots=True)
class Output(Node):
    """A final SELECT and the output that its rows go to."""

    name: str
    select: Select


@dataclass(frozen=True, slots=True)
class Query:
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
