"""The query plan: how a client asks each range of a container and puts the answers together.

A container with one range needs no client's help, and its plan has no stages. Over several ranges the client merges
by ORDER BY, adds up aggregates, drops duplicates and counts TOP, OFFSET and LIMIT; the query is rewritten so that each
range answers what the merge needs. The members are QueryInfo of azure-cosmos-dotnet-v3, and the rewritten queries are
what its pipeline stages, and those of azure-cosmos for Python, take apart.
"""

import json

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.clauses import Clauses, clauses
from local_azure.cosmos.query.runner import count_of
from local_azure.cosmos.query.statement import Statement
from local_azure.cosmos.query.syntax import Aggregate, Node, Query
from local_azure.cosmos.wire import JsonObject, JsonValue

FILTER = "{documentdb-formattableorderbyquery-filter}"
_OPERATORS: dict[str, JsonValue] = {"COUNT": "Count", "SUM": "Sum", "AVG": "Average", "MIN": "Min", "MAX": "Max"}
_WHOLE: JsonObject = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}


def needs_plan(query: Query) -> bool:
    """True for a query whose answers from several ranges must be merged, not only put one after the other."""
    return bool(
        query.aggregates
        or query.group_by
        or query.order_by
        or query.distinct
        or query.top is not None
        or query.offset is not None
    )


def is_the_clients(query: Query) -> bool:
    """True for a query that is left to the client even over one range, wherever no partition key comes with it.

    Those of other languages group and add up by the plan; azure-cosmos for Python then refuses it in its own words.
    """
    is_one_value = isinstance(query.select, Node) and len(query.aggregates) == 1
    return bool(query.group_by or (query.aggregates and not is_one_value))


def plan(statement: Statement, *, several: bool, features: str | None) -> JsonObject:
    """The plan, as its JSON. 400 for a query that cannot be merged, or not by a client with these `features`."""
    query = statement.query
    info: JsonObject = {
        "distinctType": "None",
        "top": None,
        "offset": None,
        "limit": None,
        "orderBy": [],
        "orderByExpressions": [],
        "groupByExpressions": [],
        "groupByAliases": [],
        "aggregates": [],
        "groupByAliasToAggregateType": {},
        "rewrittenQuery": "",
        "hasSelectValue": several and isinstance(query.select, Node),
        "hasNonStreamingOrderBy": False,
    }
    if several and needs_plan(query):
        info |= _stages(statement, features)
    return {"partitionedQueryExecutionInfoVersion": 2, "queryInfo": info, "queryRanges": [_WHOLE]}


def _stages(statement: Statement, features: str | None) -> JsonObject:
    query, parameters = statement.query, statement.parameters
    parts = clauses(statement.text)
    stages: JsonObject = {}
    head = tail = ""
    if query.top is not None:
        top = count_of(query.top, parameters, "TOP")
        stages["top"] = top
        head = f"TOP {top} "
    if query.offset is not None and query.limit is not None:
        offset = count_of(query.offset, parameters, "OFFSET")
        limit = count_of(query.limit, parameters, "LIMIT")
        stages |= {"offset": offset, "limit": limit}
        tail = f" OFFSET 0 LIMIT {offset + limit}"
    if query.distinct:
        stages["distinctType"] = "Ordered" if _equal_ones_are_neighbours(query, parts) else "Unordered"
    if query.group_by:
        return stages | _grouped(query, parts, features)
    if query.aggregates:
        return stages | _aggregated(query, parts, features)
    if query.order_by:
        if query.distinct:
            head = tail = ""  # what the client drops as equal does not count
        return stages | _ordered(query, parts, head, tail)
    value = "VALUE " if isinstance(query.select, Node) else ""
    distinct = "DISTINCT " if query.distinct else ""
    columns = parts.columns[0] if value or query.select is None else _columns(query, parts)
    stages["rewrittenQuery"] = f"SELECT {distinct}{head}{value}{columns}{_from_where(parts)}{tail}"
    return stages


def _equal_ones_are_neighbours(query: Query, parts: Clauses) -> bool:
    """True if the results are in the order of what tells them apart, so that a client compares each with the last."""
    return query.select is not None and set(parts.columns) == {text for text, _ in parts.order_by}


def _columns(query: Query, parts: Clauses) -> str:
    # An object with the same members is the same result, and does not care for names that are keywords.
    return f"VALUE {_payload(query, parts)}"


def _payload(query: Query, parts: Clauses) -> str:
    if query.select is None:
        return query.root
    if isinstance(query.select, Node):
        return parts.columns[0]
    names = [name for name, _ in query.select]
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in zip(names, parts.columns, strict=True)) + "}"


def _from_where(parts: Clauses) -> str:
    return f" FROM {parts.source}" + (f" WHERE {parts.where}" if parts.where else "")


def _ordered(query: Query, parts: Clauses, head: str, tail: str) -> JsonObject:
    items = ", ".join(f'{{"item": {text}}}' for text, _ in parts.order_by)
    where = f"({parts.where}) AND ({FILTER})" if parts.where else f"({FILTER})"
    orders = ", ".join(f"{text} {'DESC' if descending else 'ASC'}" for text, descending in parts.order_by)
    rewritten = (
        f"SELECT {head}{query.root}._rid, [{items}] AS orderByItems, {_payload(query, parts)} AS payload "
        f"FROM {parts.source} WHERE {where} ORDER BY {orders}{tail}"
    )
    return {
        "orderBy": ["Descending" if descending else "Ascending" for _, descending in parts.order_by],
        "orderByExpressions": [text for text, _ in parts.order_by],
        "rewrittenQuery": rewritten,
    }


def _aggregated(query: Query, parts: Clauses, features: str | None) -> JsonObject:
    if isinstance(query.select, Aggregate):
        item = _partial(query.select, parts.columns[0])
        rewritten = f"SELECT VALUE [{item}]{_from_where(parts)}"
        return {"aggregates": [_OPERATORS[query.select.name]], "rewrittenQuery": rewritten}
    if not isinstance(query.select, tuple):
        raise bad_request("Compositions of aggregates and other expressions are not allowed across partitions.")
    if features is not None and "NonValueAggregate" not in features:
        # Such a client refuses the query itself when it sees aggregates without a VALUE.
        return {"aggregates": [_OPERATORS[aggregate.name] for aggregate in query.aggregates]}
    return _grouped(query, parts, features)


def _grouped(query: Query, parts: Clauses, features: str | None) -> JsonObject:
    if query.group_by and features is not None and "GroupBy" not in features:
        raise bad_request(
            "Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the "
            "requested features: Query contained GroupBy, which the calling client does not support."
        )
    select = query.select
    stages: JsonObject = {"groupByExpressions": list(parts.group_by)}
    if isinstance(select, tuple):
        types: JsonObject = {}
        members: list[str] = []
        for (name, node), text in zip(select, parts.columns, strict=True):
            types[name] = _OPERATORS[node.name] if isinstance(node, Aggregate) else None
            members.append(f"{json.dumps(name)}: {_member(node, text)}")
        stages |= {"groupByAliases": [name for name, _ in select], "groupByAliasToAggregateType": types}
        payload = "{" + ", ".join(members) + "}"
    else:
        payload = _member(select, parts.columns[0])
        stages["aggregates"] = [_OPERATORS[select.name]] if isinstance(select, Aggregate) else []
    items = ", ".join(f'{{"item": {text}}}' for text in parts.group_by)
    keys = f"[{items}] AS groupByItems, " if parts.group_by else ""
    groups = f" GROUP BY {', '.join(parts.group_by)}" if parts.group_by else ""
    return stages | {"rewrittenQuery": f"SELECT {keys}{payload} AS payload{_from_where(parts)}{groups}"}


def _member(node: Node | None, text: str) -> str:
    return _partial(node, text) if isinstance(node, Aggregate) else text


def _partial(aggregate: Aggregate, text: str) -> str:
    """The part of an aggregate that one range computes, so that the parts of several ranges can be combined."""
    argument = text[text.index("(") + 1 : text.rindex(")")]
    match aggregate.name:
        case "AVG":
            return f'{{"item": {{"sum": SUM({argument}), "count": COUNT({argument})}}}}'
        case "MIN" | "MAX":
            both = f'{{"{aggregate.name.lower()}": {text}, "count": COUNT({argument})}}'
            return f'{{"item": {text}, "item2": {both}}}'
        case _:
            return f'{{"item": {text}}}'
