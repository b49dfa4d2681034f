"""The SQL of the list of cases, with its parameters. Values are always bound."""

from collections.abc import Iterator, Sequence
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
_STATES = "ARRAY_CONTAINS(@states, c.review.state)"
_OPEN = "NOT IS_DEFINED(c.review.state)"
"""A case that nobody has touched has no review, and one that is open leaves its state out."""

_TOGETHER: dict[str, tuple[str, ...]] = {"undecided": UNDECIDED, "decided": ("confirmed", "dismissed")}
_SEVERAL = (None, "open", *_TOGETHER)
"""Questions about the state that no single value of it answers: an open case may have no review."""

Parameters = list[dict[str, object]]


UNKNOWN = "unknown"
"""The order of the cases that lack stakes, behind all others in the order `amount`: by time."""


class _Place(msgspec.Struct, frozen=True):
    """The place of a case in a list: the order, its value there, its id. Another order does not take it."""

    sort: str
    value: int | str
    id: str


class Query(msgspec.Struct, frozen=True):
    """A query for one item more than a page has; `store` is its partition if the question names one."""

    text: str
    parameters: Parameters
    store: StoreKey | None
    sort: str


def query_of(asked: CaseQuery) -> Query:
    """The query of a question. Raises ProblemError if its token is not of this list and order."""
    place = place_in(asked.token, _Place) if asked.token else None
    if place is None:
        return _query(asked, asked.sort, None, asked.limit + 1)
    allowed = ("amount", UNKNOWN) if asked.sort == "amount" else ("time",)
    if place.sort not in allowed or isinstance(place.value, int) != (place.sort == "amount"):
        raise bad_request("token", f"token is of the order {place.sort[:20]}: begin without one")
    return _query(asked, place.sort, place, asked.limit + 1)


def without_stakes(asked: CaseQuery, before: Query, left: int) -> Query | None:
    """The query of the cases that lack stakes, for what is left of a page by amount; None if they are not due."""
    # A case that lacks stakes names no customers either.
    if before.sort != "amount" or asked.min_amount is not None or asked.customer is not None:
        return None
    return _query(asked, UNKNOWN, None, left + 1)


def _query(asked: CaseQuery, sort: str, place: _Place | None, most: int) -> Query:
    field = "c.stakes.at_stake" if sort == "amount" else "c.window_end"
    filters = list(_filters(asked))
    is_there = "NOT IS_DEFINED(c.stakes.at_stake)" if sort == UNKNOWN else f"IS_DEFINED({field})"
    conditions = [IS_CASE, is_there, *(text for text, _ in filters)]
    parameters: Parameters = [{"name": "@most", "value": most}]
    for _, values in filters:
        parameters += values
    if place:
        conditions.append(f"({field} < @value OR ({field} = @value AND c.id > @id))")
        parameters.append({"name": "@value", "value": place.value})
        parameters.append({"name": "@id", "value": place.id})
    # Azure needs the composite indexes of infra/modules/cosmos.bicep for several fields in an order.
    order = ", ".join([*_within(asked), f"{field} DESC", "c.id ASC"])
    text = f"SELECT TOP @most * FROM c WHERE {' AND '.join(conditions)} ORDER BY {order}"
    return Query(text, parameters, store_of(asked.store) if asked.store else None, sort)


def _within(asked: CaseQuery) -> list[str]:
    """The property with a single value within which the list is ordered: its composite index reads no other case.

    Azure uses such an index only if ORDER BY names that property as well.
    """
    if asked.store:
        return ["c.store_id ASC"]
    return [] if asked.state in _SEVERAL else ["c.review.state ASC"]


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
    stakes = cast(dict[str, Any], document.get("stakes") or {})
    if sort == "amount" and "at_stake" in stakes:
        return _Place(sort, stakes["at_stake"], document["id"])
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


def _filters(asked: CaseQuery) -> Iterator[tuple[str, Parameters]]:
    if asked.state and asked.state not in _SEVERAL:
        yield "c.review.state = @state", [{"name": "@state", "value": asked.state}]
    elif asked.state:
        states = _TOGETHER.get(asked.state, (asked.state,))
        text = f"({_OPEN} OR {_STATES})" if "open" in states else _STATES
        yield text, [{"name": "@states", "value": list(states)}]
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
