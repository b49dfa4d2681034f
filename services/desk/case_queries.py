"""The SQL of the list of cases, with its parameters. Values are always bound."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from fraud.desk.paging import place_in
from fraud.desk.problems import bad_request
from fraud.desk.queries import CaseQuery
from fraud.desk.review import UNDECIDED
from fraud.events import UNKNOWN_STORE, StoreKey

IS_CASE = "c.type IN ('window', 'quarantine')"
"""Entries of journals lie in the same container."""
_SORT_FIELDS = {"amount": "c.stakes.at_stake", "time": "c.window_end"}
_STATES = "ARRAY_CONTAINS(@states, c.review.state)"
_OPEN = "NOT IS_DEFINED(c.review.state)"
"""A case that nobody has touched has no review, and one that is open leaves its state out."""

_TOGETHER: dict[str, tuple[str, ...]] = {"undecided": UNDECIDED, "decided": ("confirmed", "dismissed")}

Parameters = list[dict[str, object]]


class Place(msgspec.Struct, frozen=True):
    """The place of a case in a list: the order, its value there, its id. Another order does not take it."""

    sort: str
    value: int | str
    id: str


class Query(msgspec.Struct, frozen=True):
    """A query for one item more than a page has; `store` is its partition if the question names one."""

    text: str
    parameters: Parameters
    store: StoreKey | None


def query_of(asked: CaseQuery) -> Query:
    """The query of a question. Raises ProblemError if its token is not of this list and order."""
    field = _SORT_FIELDS[asked.sort]
    filters = list(_filters(asked))
    conditions = [IS_CASE, f"IS_DEFINED({field})", *(text for text, _ in filters)]
    parameters: Parameters = [{"name": "@most", "value": asked.limit + 1}]
    for _, values in filters:
        parameters += values
    if asked.token:
        place = place_in(asked.token, Place)
        if place.sort != asked.sort or isinstance(place.value, int) != (asked.sort == "amount"):
            raise bad_request("token", f"token is of the order {place.sort[:20]}: begin without one")
        conditions.append(f"({field} < @value OR ({field} = @value AND c.id > @id))")
        parameters.append({"name": "@value", "value": place.value})
        parameters.append({"name": "@id", "value": place.id})
    # Azure needs the composite indexes of infra/modules/cosmos.bicep for two fields in an order.
    text = f"SELECT TOP @most * FROM c WHERE {' AND '.join(conditions)} ORDER BY {field} DESC, c.id ASC"
    return Query(text, parameters, store_of(asked.store) if asked.store else None)


def place_of(document: dict[str, Any], sort: str) -> Place:
    """The place of a case that was read."""
    value = document["window_end"] if sort == "time" else document["stakes"]["at_stake"]
    return Place(sort, value, document["id"])


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
    if asked.state:
        states = _TOGETHER.get(asked.state, (asked.state,))
        text = f"({_OPEN} OR {_STATES})" if "open" in states else _STATES
        yield text, [{"name": "@states", "value": list(states)}]
    if asked.band:
        yield f"c.bands.{asked.band} > 0", []
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
