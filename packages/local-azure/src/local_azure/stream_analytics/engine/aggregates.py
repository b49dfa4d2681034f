"""Aggregates as source: how each starts, takes a value, and gives its result.

A group's accumulator is a list with one slot per aggregate. A COLLECT keeps `(time, partition, value)`, so that its
order does not depend on how the partitions were interleaved when they were read.
"""

from operator import itemgetter

from local_azure.stream_analytics.language.tree import Aggregate

_INITIAL = {"COUNT": "0", "SUM": "None", "MIN": "None", "MAX": "None", "AVG": "(0, 0)", "COLLECT": "[]"}

_GUARDS = {"SUM": "number", "AVG": "number", "MIN": "comparable", "MAX": "comparable"}


def initial(asked: list[Aggregate]) -> str:
    """Source of a new accumulator."""
    return "[" + ", ".join(_INITIAL[aggregate.name] for aggregate in asked) + "]"


def guard(aggregate: Aggregate, value: str) -> list[str]:
    """Source lines that raise ConversionError if the aggregate cannot take `value`, a name; whole numbers pass all."""
    check = _GUARDS.get(aggregate.name)
    return [f"if {value}.__class__ is not int: {check}({value})"] if check else []


def update(aggregate: Aggregate, slot: int, value: str, partition: str) -> list[str]:
    """Source lines that put `value`, a name, into slot `slot` of the accumulator `group`. NULL is skipped by all but
    COUNT(*) and COLLECT. `partition` is the source of the row's."""
    place = f"group[{slot}]"
    if aggregate.name == "COLLECT":
        return [f"{place}.append((time, {partition}, {value}))"]
    if aggregate.argument is None:
        return [f"{place} += 1"]
    add = {
        "COUNT": f"{place} += 1",
        "SUM": f"{place} = {value} if {place} is None else {place} + {value}",
        "AVG": f"{place} = ({place}[0] + {value}, {place}[1] + 1)",
        "MIN": f"{place} = {value} if {place} is None or before({value}, {place}) else {place}",
        "MAX": f"{place} = {value} if {place} is None or before({place}, {value}) else {place}",
    }[aggregate.name]
    return [f"if {value} is not None: {add}"]


def result(aggregate: Aggregate, slot: int) -> str:
    """Source of the finished value."""
    place = f"group[{slot}]"
    match aggregate.name:
        case "COLLECT":
            return f"[entry[2] for entry in sorted({place}, key=read_order)]"
        case "AVG":
            return f"(in_range({place}[0] / {place}[1]) if {place}[1] else None)"
        case "SUM":
            return f"in_range({place})"
        case _:
            return place


read_order = itemgetter(0, 1)
"""By time, then partition; sorting is stable, so within a partition the order of reading stays."""
