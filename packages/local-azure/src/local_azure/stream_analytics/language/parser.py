"""The grammar of whole queries: WITH steps, and SELECT ... INTO for each output."""

from local_azure.stream_analytics.language.cursor import Cursor
from local_azure.stream_analytics.language.expressions import expression
from local_azure.stream_analytics.language.position import QueryError, unsupported
from local_azure.stream_analytics.language.tree import (
    Aggregate,
    Column,
    Expression,
    Function,
    Item,
    Output,
    Query,
    Select,
    Source,
    Star,
    Step,
    Window,
)
from local_azure.stream_analytics.language.windows import at_window, window

DEFAULT_OUTPUT = "output"
"""The output for the rows of a SELECT without INTO."""


def parse(text: str) -> Query:
    """The tree of a query as written, names not yet resolved. Raises QueryError with the place that does not fit."""
    cursor = Cursor(text)
    steps: list[Step] = []
    outputs: list[Output] = []
    while cursor.token.kind != "end":
        if cursor.accept(";"):
            continue
        if cursor.at("WITH"):
            if steps or outputs:
                raise QueryError("a query has one WITH, at its beginning", cursor.token.position)
            steps = _steps(cursor)
        elif cursor.at("SELECT"):
            position = cursor.token.position
            select, into = _select(cursor)
            outputs.append(Output(position, into or DEFAULT_OUTPUT, select))
        else:
            raise unsupported(f"a statement that starts with {cursor.token}", cursor.token.position)
    if not outputs:
        raise QueryError("the query has no SELECT", cursor.token.position)
    return Query(tuple(steps), tuple(outputs))


def _steps(cursor: Cursor) -> list[Step]:
    cursor.expect("WITH")
    steps: list[Step] = []
    while True:
        name = cursor.name()
        cursor.expect("AS")
        cursor.expect("(")
        position = cursor.token.position
        select, into = _select(cursor)
        if into is not None:
            raise QueryError("INTO does not belong into a step of WITH", position)
        cursor.expect(")")
        steps.append(Step(name.position, name.text, select))
        if not cursor.accept(","):
            return steps


def _select(cursor: Cursor) -> tuple[Select, str | None]:
    position = cursor.expect("SELECT").position
    for word in ("DISTINCT", "TOP"):
        if cursor.at(word):
            raise unsupported(f"SELECT {word}", cursor.token.position)
    items = [_item(cursor)]
    while cursor.accept(","):
        items.append(_item(cursor))
    into = cursor.name().text if cursor.accept("INTO") else None
    source = _source(cursor)
    where = expression(cursor) if cursor.accept("WHERE") else None
    keys, frame = _group_by(cursor) if cursor.at("GROUP") else ((), None)
    having = expression(cursor) if cursor.accept("HAVING") else None
    if cursor.at("UNION") or cursor.at("ORDER"):
        raise unsupported(cursor.token.keyword, cursor.token.position)
    return Select(position, tuple(items), source, where, keys, frame, having), into


def _item(cursor: Cursor) -> Item:
    token = cursor.token
    if cursor.accept("*"):
        return Item(Star(token.position), "*")
    value = expression(cursor)
    if cursor.accept("AS") or cursor.at_name():
        return Item(value, cursor.name().text)
    match value:
        case Column():
            return Item(value, value.path[-1])
        case Aggregate() | Function():
            return Item(value, value.name.lower())
        case _:
            raise QueryError("this column needs a name: ... AS name", token.position)


def _source(cursor: Cursor) -> Source:
    cursor.expect("FROM")
    if cursor.at("("):
        raise unsupported("a subquery", cursor.token.position, "use WITH")
    name = cursor.name()
    alias = cursor.name().text if cursor.accept("AS") or cursor.at_name() else None
    timestamp_by: Expression | None = None
    while True:
        if timestamp_by is None and cursor.accept("TIMESTAMP"):
            cursor.expect("BY")
            timestamp_by = expression(cursor)
            if cursor.at("OVER"):
                raise unsupported("TIMESTAMP BY ... OVER", cursor.token.position)
        elif cursor.at("PARTITION"):
            instead = "group by PartitionId, which since compatibility level 1.2 does the same"
            raise unsupported("PARTITION BY", cursor.token.position, instead)
        else:
            break
    for word in (",", "JOIN", "LEFT", "INNER", "CROSS", "OUTER", "APPLY"):
        if cursor.at(word):
            raise unsupported("a query over more than one source", cursor.token.position)
    return Source(name.position, name.text, alias, timestamp_by)


def _group_by(cursor: Cursor) -> tuple[tuple[Expression, ...], Window | None]:
    cursor.expect("GROUP")
    cursor.expect("BY")
    keys: list[Expression] = []
    frame: Window | None = None
    while True:
        if at_window(cursor):
            place = cursor.token.position
            if frame is not None:
                raise unsupported("more than one window in GROUP BY", place)
            frame = window(cursor)
        else:
            keys.append(expression(cursor))
        if not cursor.accept(","):
            return tuple(keys), frame
