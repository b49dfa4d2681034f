"""The grammar of OVER: an aggregate of an event and of those that came before it."""

from collections.abc import Callable
from typing import get_args

from local_azure.stream_analytics.language.cursor import Cursor
from local_azure.stream_analytics.language.hub_columns import PARTITION_ID
from local_azure.stream_analytics.language.position import Position, QueryError, unsupported
from local_azure.stream_analytics.language.tree import Column, Expression, Over, OverName
from local_azure.stream_analytics.language.windows import MAX_SIZE, span


def over(
    cursor: Cursor, name: str, inner: Expression | None, position: Position, expression: Callable[[Cursor], Expression]
) -> Over:
    """`OVER (PARTITION BY a, b LIMIT DURATION(minute, 5) WHEN c)` behind the aggregate `name`, of which `inner` is the
    argument. `expression` reads one expression.

    The partitions of a hub are not merged by time here, so each has to be counted by itself.
    """
    aggregate = next((each for each in get_args(OverName) if each == name), None)
    if aggregate is None:
        raise unsupported(f"{name} ... OVER", position, f"{' and '.join(get_args(OverName))} are")
    cursor.expect("OVER")
    cursor.expect("(")
    keys: list[Expression] = []
    if cursor.accept("PARTITION"):
        cursor.expect("BY")
        keys.append(expression(cursor))
        while cursor.accept(","):
            keys.append(expression(cursor))
    cursor.expect("LIMIT")
    if not cursor.at("DURATION"):
        cursor.expect("DURATION")
    duration = span(cursor)
    if not 0 < duration <= MAX_SIZE:
        raise QueryError("a duration is more than nothing and at most 7 days", position)
    when = expression(cursor) if cursor.accept("WHEN") else None
    cursor.expect(")")
    if not any(isinstance(key, Column) and key.path[-1] == PARTITION_ID for key in keys):
        raise unsupported(f"{name} ... OVER across partitions", position, "name PartitionId in its PARTITION BY")
    return Over(position, aggregate, inner, tuple(keys), duration, when)
