"""The SQL of the list of cases, with its parameters. Values are always bound."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from fraud.desk.paging import place_in
from fraud.desk.problems import bad_request
from fraud.desk.queries import CaseQuery
from fraud.desk.review import UNDECIDED
from fraud.events import UNKNOWN_STORE, StoreKey

IS_CASE = "c.type IN ('window', 'quarantine', 'sweep')"
"""Entries of journals lie in the same container."""
_UNTOUCHED = None
"""The state of a case that nobody has touched: it has no review, and one that is open again leaves its state out."""
_OPEN = (_UNTOUCHED, "open")
"""Nobody has such a case: whoever is given one has it in review (`fraud/desk/changes.py`)."""
_STATES: dict[str, tuple[str | None, ...]] = {
    "open": _OPEN,
    "undecided": (*_OPEN, *(state for state in UNDECIDED if state != "open")),
    "decided": ("confirmed", "dismissed"),
}
"""The values of the field that answer a question about the state, if that is not one of its own name."""

Parameters = list[dict[str, object]]
_Condition = tuple[str, Parameters]


_LEAST = "-1e308"
"""No amount is less. Cosmos compares values of one type only, so this asks for a number, by the index."""
UNKNOWN = "unknown"
"""The order of the cases that lack stakes, behind all others in the order `amount`: by time."""


class _Place(msgspec.Struct, frozen=True):
    """The place of a case in a list: the order, its value there, its id. Another order does not take it."""

    sort: str
    value: int | float | str
    id: str


class Query(msgspec.Struct, frozen=True):
    """A query for one item more than a page has; `store` is its partition if the question names one."""

    text: str
    parameters: Parameters
    store: StoreKey | None
    sort: str


def queries_of(asked: CaseQuery) -> list[Query]:
    """The queries of a question, one for each state: together they hold each case of the list once.

    Raises ProblemError if its token is not of this list and order.
    """
    place = place_in(asked.token, _Place) if asked.token else None
    if place is None:
        return _queries(asked, asked.sort, None, asked.limit + 1)
    allowed = ("amount", UNKNOWN) if asked.sort == "amount" else ("time",)
    if place.sort not in allowed or isinstance(place.value, str) == (place.sort == "amount"):
        raise bad_request("token", f"token is of the order {place.sort[:20]}: begin without one")
    return _queries(asked, place.sort, place, asked.limit + 1)


def without_stakes(asked: CaseQuery, before: Sequence[Query], left: int) -> list[Query]:
    """The queries of the cases that lack stakes, for what is left of a page by amount; none if they are not due."""
    # A case that lacks stakes names no customers either.
    if not before or before[0].sort != "amount" or asked.min_amount is not None or asked.customer is not None:
        return []
    return _queries(asked, UNKNOWN, None, left + 1)


def in_order(documents: Iterable[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """What the queries of one list gave, in its order: the highest value first, of equal ones the least id."""
    placed = [(place_of(document, sort), document) for document in documents]
    placed.sort(key=lambda each: each[0].id)
    placed.sort(key=lambda each: each[0].value, reverse=True)
    return [document for _, document in placed]


def _queries(asked: CaseQuery, sort: str, place: _Place | None, most: int) -> list[Query]:
    if asked.state is None:
        return [_query(asked, sort, place, most, ())]
    states = _STATES.get(asked.state, (asked.state,))
    if asked.customer is not None:
        return [_query(asked, sort, place, most, states)]
    # A composite index leads to the first cases of one state; of several at once, all would be read.
    return [_query(asked, sort, place, most, (state,)) for state in states if not (asked.assignee and state in _OPEN)]


def _in(states: Sequence[str | None]) -> _Condition:
    """The condition that a case is in one of these states."""
    parts: list[str] = []
    parameters: Parameters = []
    for number, state in enumerate(states):
        if state is _UNTOUCHED:
            parts.append("NOT IS_DEFINED(c.review.state)")
        else:
            parts.append(f"c.review.state = @state{number}")
            parameters.append({"name": f"@state{number}", "value": state})
    return " OR ".join(parts) if len(parts) == 1 else f"({' OR '.join(parts)})", parameters


def _query(asked: CaseQuery, sort: str, place: _Place | None, most: int, states: Sequence[str | None]) -> Query:
    field, least = ("c.stakes.at_stake", _LEAST) if sort == "amount" else ("c.window_end", "''")
    filters = [*([_in(states)] if states else []), *_filters(asked)]
    # Entries of journals have no such field: by it the index leaves them out, and none is loaded to see its type. What
    # somebody has given a value of another type has no place among the others.
    conditions = [IS_CASE, f"IS_DEFINED({field})", f"{field} >= {least}", *(text for text, _ in filters)]
    if sort == UNKNOWN:
        conditions.append("NOT IS_DEFINED(c.stakes.at_stake)")
    parameters: Parameters = [{"name": "@most", "value": most}]
    for _, values in filters:
        parameters += values
    if place:
        conditions.append(f"({field} < @value OR ({field} = @value AND c.id > @id))")
        parameters.append({"name": "@value", "value": place.value})
        parameters.append({"name": "@id", "value": place.id})
    # Azure uses the composite index of a store or a state (infra/modules/cosmos.bicep) only if ORDER BY names it too.
    within = ["c.store_id ASC"] * bool(asked.store) + ["c.review.state ASC"] * (len(states) == 1)
    order = ", ".join([*within, f"{field} DESC", "c.id ASC"])
    text = f"SELECT TOP @most * FROM c WHERE {' AND '.join(conditions)} ORDER BY {order}"
    return Query(text, parameters, store_of(asked.store) if asked.store else None, sort)


def related_query(case_id: str, customers: Sequence[int], most: int) -> Query:
    """The query of cases beside one that name any of these customers, of which there must be one; in no order."""
    named = " OR ".join(f"ARRAY_CONTAINS(c.stakes.customers, @c{number})" for number in range(len(customers)))
    # An order would have Cosmos read all of them before it gives the first.
    text = f"SELECT TOP @most * FROM c WHERE {IS_CASE} AND c.id != @id AND ({named})"
    parameters: Parameters = [{"name": "@most", "value": most}, {"name": "@id", "value": case_id}]
    for number, customer in enumerate(customers):
        parameters.append({"name": f"@c{number}", "value": customer})
    return Query(text, parameters, None, "amount")


def place_of(document: dict[str, Any], sort: str) -> _Place:
    """The place of a case in the requested order."""
    stakes: Any = document.get("stakes")
    if sort == "amount" and isinstance(stakes, dict) and "at_stake" in stakes:
        return _Place(sort, cast(dict[str, Any], stakes)["at_stake"], document["id"])
    return _Place(UNKNOWN if sort == "amount" else sort, document["window_end"], document["id"])


def store_of(name: str) -> StoreKey:
    """The partition of a store as people write it: a number, or `none` for events without one."""
    if name in ("none", UNKNOWN_STORE):
        return UNKNOWN_STORE
    digits = name.removeprefix("-")
    return int(name) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else name


def time_text(moment: datetime) -> str:
    """A moment as cases hold the ends of their windows: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _filters(asked: CaseQuery) -> Iterator[_Condition]:
    """The conditions of a question but that on the state."""
    if asked.kind:
        yield "c.type = @kind", [{"name": "@kind", "value": asked.kind}]
    if asked.band:
        yield f"c.bands.{asked.band} >= 1", []
    if asked.store:
        yield "c.store_id = @store", [{"name": "@store", "value": store_of(asked.store)}]
    if asked.customer is not None:
        yield "ARRAY_CONTAINS(c.stakes.customers, @customer)", [{"name": "@customer", "value": asked.customer}]
    if asked.assignee:
        yield "c.review.assignee = @assignee", [{"name": "@assignee", "value": asked.assignee}]
    if asked.start:
        yield "c.window_end >= @from", [{"name": "@from", "value": time_text(asked.start)}]
    if asked.end:
        yield "c.window_end <= @to", [{"name": "@to", "value": time_text(asked.end)}]
    if asked.min_amount is not None:
        yield "c.stakes.at_stake >= @amount", [{"name": "@amount", "value": asked.min_amount}]
