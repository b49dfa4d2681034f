"""Columns: which ones a query reads of an input, and the source that reads one."""

from collections.abc import Callable, Sequence

from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME, PARTITION_ID
from local_azure.stream_analytics.language.tree import Column, Expression, Select, Star
from local_azure.stream_analytics.language.walk import aggregates, descend, expressions

ReadColumn = Callable[[str], str]
"""Source that reads a top-level column by its name from the variable `row`."""


def read_from_dict(name: str) -> str:
    """Source that reads a column from a row that is a dict."""
    return f"row.get({name!r})"


def column_source(node: Expression, read: ReadColumn, *, from_input: bool) -> str | None:
    """Source of a column and the fields below it; None for any other expression.

    What the hub adds to an event is read from the variables `arrival` and `partition`.
    """
    if not isinstance(node, Column):
        return None
    name, *fields = node.path
    if from_input and name == ENQUEUED_TIME:
        source = "Instant(arrival)"
    elif from_input and name == PARTITION_ID:
        source = "partition"
    else:
        source = read(name)
    for inner in fields:
        source = f"(record.get({inner!r}) if (record := {source}).__class__ is dict else None)"
    return source


def wants_rows(select: Select) -> bool:
    """True if a SELECT takes whole rows of its source, and not columns alone."""
    if any(isinstance(item.expression, Star) for item in select.items):
        return True
    return any(
        aggregate.name == "COLLECT" and aggregate.argument is None
        for root in expressions(select)
        for aggregate in aggregates(root)
    )


def columns_needed(selects: Sequence[Select]) -> set[str] | None:
    """The top-level columns that the SELECTs of an input read; None if one wants whole events."""
    needed: set[str] = set()
    for select in selects:
        if wants_rows(select):
            return None
        for root in expressions(select):
            needed |= {node.path[0] for node in descend(root) if isinstance(node, Column)}
    return needed - {ENQUEUED_TIME, PARTITION_ID}
