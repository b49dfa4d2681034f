"""The rules of GROUP BY: what needs a window, and what may stand in the SELECT and HAVING of a grouped query."""

from collections.abc import Collection

from local_azure.stream_analytics.language.position import QueryError
from local_azure.stream_analytics.language.tree import Aggregate, Column, Expression, Select, Star
from local_azure.stream_analytics.language.walk import aggregates, children


def check_grouping(select: Select) -> None:
    """Raises QueryError if aggregates, keys and window of a SELECT do not fit together."""
    for clause, expression in (("WHERE", select.where), *(("GROUP BY", key) for key in select.keys)):
        if expression is not None:
            for aggregate in aggregates(expression):
                raise QueryError(f"{clause} cannot aggregate", aggregate.position)
    if select.window is None:
        _refuse_without_window(select)
        return
    for item in select.items:
        if isinstance(item.expression, Star):
            raise QueryError("SELECT * does not go with GROUP BY; name the columns", item.expression.position)
        _check_grouped(item.expression, select.keys)
    if select.having is not None:
        _check_grouped(select.having, select.keys)


def _refuse_without_window(select: Select) -> None:
    if select.keys:
        raise QueryError("GROUP BY needs a window, such as TumblingWindow(minute, 5)", select.keys[0].position)
    values = [item.expression for item in select.items if not isinstance(item.expression, Star)]
    for expression in [*values, *([select.having] if select.having is not None else [])]:
        for aggregate in aggregates(expression):
            raise QueryError("an aggregate needs a window in GROUP BY", aggregate.position)
    if select.having is not None:
        raise QueryError("HAVING needs a window in GROUP BY", select.having.position)


def _check_grouped(expression: Expression, keys: Collection[Expression]) -> None:
    if expression in keys:
        return
    if isinstance(expression, Aggregate):
        for inner in aggregates(expression.argument) if expression.argument else ():
            raise QueryError("an aggregate cannot stand in another", inner.position)
        return
    if isinstance(expression, Column):
        name = ".".join(expression.path)
        raise QueryError(f"column {name!r} must be in GROUP BY or inside an aggregate", expression.position)
    for child in children(expression):
        _check_grouped(child, keys)
