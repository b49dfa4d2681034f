"""The checks of a query beyond its grammar: every name exists, and every aggregate has its window.

The result is the query as the engine compiles it: columns without the alias of their source.
"""

from collections.abc import Collection
from dataclasses import replace

from local_azure.stream_analytics.language.grouping import check_grouping
from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME, PROCESSED_TIME
from local_azure.stream_analytics.language.position import QueryError, unsupported
from local_azure.stream_analytics.language.tree import Column, Expression, Output, Query, Select, Star, Step
from local_azure.stream_analytics.language.walk import aggregates, descend, expressions, overs, with_columns

Columns = frozenset[str] | None
"""The columns of a source; None if any may be there, as in an input."""


def check(query: Query, inputs: Collection[str] | None = None, outputs: Collection[str] | None = None) -> Query:
    """Resolve the names of a query. Without `inputs` or `outputs` any name is taken for one that exists.

    Raises QueryError at the first place that is wrong or not supported.
    """
    checker = _Checker(inputs, outputs)
    steps = tuple(checker.step(step) for step in query.steps)
    return Query(steps, tuple(checker.output(output) for output in query.outputs))


class _Checker:
    def __init__(self, inputs: Collection[str] | None, outputs: Collection[str] | None) -> None:
        self._inputs = _by_lower_case(inputs)
        self._outputs = _by_lower_case(outputs)
        self._steps: dict[str, tuple[str, Columns]] = {}
        self._times: dict[str, Expression | None] = {}

    def step(self, step: Step) -> Step:
        key = step.name.lower()
        if key in self._steps or key in (self._inputs or ()):
            raise QueryError(f"there is already a source named {step.name!r}", step.position)
        select = self._select(step.select)
        self._steps[key] = (step.name, self._columns(select))
        return replace(step, select=select)

    def output(self, output: Output) -> Output:
        name = _look_up(output.name, self._outputs)
        if name is None:
            outputs = ", ".join(sorted((self._outputs or {}).values()))
            raise QueryError(f"there is no output {output.name!r}; the project has {outputs}", output.position)
        return replace(output, name=name, select=self._select(output.select))

    def _select(self, select: Select) -> Select:
        source = select.source
        step = self._steps.get(source.name.lower())
        name = step[0] if step else _look_up(source.name, self._inputs)
        if name is None:
            inputs = ", ".join(sorted((self._inputs or {}).values()))
            raise QueryError(
                f"there is no input or earlier step {source.name!r}; the inputs are {inputs}", source.position
            )
        own_names = {source.name.lower(), (source.alias or source.name).lower()}

        def strip(column: Column) -> Column:
            qualified = len(column.path) > 1 and column.path[0].lower() in own_names
            return replace(column, path=column.path[1:]) if qualified else column

        def resolve(expression: Expression | None) -> Expression | None:
            return None if expression is None else with_columns(expression, strip)

        resolved = replace(
            select,
            items=tuple(
                item
                if isinstance(item.expression, Star)
                else replace(item, expression=with_columns(item.expression, strip))
                for item in select.items
            ),
            source=replace(source, name=name, timestamp_by=resolve(source.timestamp_by)),
            where=resolve(select.where),
            keys=tuple(with_columns(key, strip) for key in select.keys),
            having=resolve(select.having),
        )
        resolved = replace(resolved, having=_without_aliases(resolved))
        self._check_time(resolved, is_step=step is not None)
        self._check_over(resolved)
        self._check_columns(resolved, step[1] if step else None, is_step=step is not None)
        check_grouping(resolved)
        return resolved

    def _check_time(self, select: Select, *, is_step: bool) -> None:
        source = select.source
        if is_step:
            if source.timestamp_by is not None:
                raise QueryError(
                    "TIMESTAMP BY belongs where an input is read, not a step", source.timestamp_by.position
                )
            return
        if source.timestamp_by is not None and any(aggregates(source.timestamp_by)):
            raise QueryError("TIMESTAMP BY cannot aggregate", source.timestamp_by.position)
        first = self._times.setdefault(source.name, source.timestamp_by)
        if first != source.timestamp_by:
            place = source.position if source.timestamp_by is None else source.timestamp_by.position
            raise unsupported(f"reading {source.name} on two different times", place, "use one TIMESTAMP BY everywhere")

    def _check_over(self, select: Select) -> None:
        for over in (over for expression in expressions(select) for over in overs(expression)):
            if select.window is not None:
                raise unsupported("OVER beside GROUP BY", over.position, "compute it in a step before")
            if not all(map(is_arrival, self._times.values())):
                instead = "OVER needs events in the order of their time: TIMESTAMP BY EventEnqueuedUtcTime"
                raise unsupported(f"{over.name} ... OVER on event time", over.position, instead)

    @staticmethod
    def _check_columns(select: Select, source_columns: Columns, *, is_step: bool) -> None:
        seen: set[str] = set()
        for item in select.items:
            if item.name in seen:
                raise QueryError(f"two columns are named {item.name!r}", item.expression.position)
            seen.add(item.name)
        for expression in expressions(select):
            for column in (node for node in descend(expression) if isinstance(node, Column)):
                name = column.path[0]
                if source_columns is not None and name not in source_columns:
                    there = ", ".join(sorted(source_columns))
                    raise QueryError(f"{select.source.name} has no column {name!r}; it has {there}", column.position)
                if not is_step and name == PROCESSED_TIME:
                    raise unsupported(PROCESSED_TIME, column.position, "it would change when events are read again")

    def _columns(self, select: Select) -> Columns:
        if not any(isinstance(item.expression, Star) for item in select.items):
            return frozenset(item.name for item in select.items)
        step = self._steps.get(select.source.name.lower())
        inherited = step[1] if step else None
        if inherited is None:
            return None
        return inherited | {item.name for item in select.items if not isinstance(item.expression, Star)}


def is_arrival(timestamp_by: Expression | None) -> bool:
    """True if events get the time at which they arrived, which within a partition grows."""
    return timestamp_by is None or (isinstance(timestamp_by, Column) and timestamp_by.path == (ENQUEUED_TIME,))


def _without_aliases(select: Select) -> Expression | None:
    """HAVING with the expressions that its names stand for: of the SELECT, if GROUP BY has no such column."""
    if select.having is None:
        return None
    named = {item.name: item.expression for item in select.items if not isinstance(item.expression, Star)}

    def meant(column: Column) -> Expression:
        is_alias = len(column.path) == 1 and column not in select.keys
        return named.get(column.path[0], column) if is_alias else column

    return with_columns(select.having, meant, in_aggregates=False)


def _by_lower_case(names: Collection[str] | None) -> dict[str, str] | None:
    return None if names is None else {name.lower(): name for name in names}


def _look_up(name: str, names: dict[str, str] | None) -> str | None:
    return name if names is None else names.get(name.lower())
