"""The page of the archived events of a customer, a sku, a store or a gateway, over time."""

from datetime import timedelta

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError
from fraud.desk.queries import EventQuery
from fraud.desk.rows import EventRow
from fraud.suspicion import MIN_DISCOUNT
from function_app.desk import answers
from function_app.desk.pictures.moments import history_of
from function_app.desk.rendering import query
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.desk.wrong_fields import NOTHING, wrong_field
from services.desk.alike import OWN, list_events

_PAGE = 100
_VALUES = ("customer", "sku", "store", "gateway")


async def show_events(visit: Visit) -> func.HttpResponse:
    """Events that are alike in a value, the latest first, drawn over time. 400 for an invalid filter."""
    asked = {name: text for name in (*_VALUES, "from", "to", "token") if (text := visit.asked(name))}
    words = ", ".join(f"{name} {asked[name]}" for name in _VALUES if name in asked)
    wrong = NOTHING
    rows: tuple[EventRow, ...] = ()
    following: str | None = None
    if words:
        try:
            page = await list_events(msgspec.convert({"limit": _PAGE, **asked}, EventQuery, strict=False), OWN)
            rows, following = page.items, page.next
        except (msgspec.ValidationError, ProblemError) as error:
            wrong = wrong_field(error, {"from": "Arrived from", "to": "The end of the span"})
    by = "store" if {"customer", "sku"} & asked.keys() else "customer"
    asked.pop("token", None)
    return answers.page(
        "events.html",
        visit,
        status=400 if wrong.says else 200,
        here="events",
        rows=rows,
        next_token=following,
        timeline=history_of(rows, by=by) if rows else None,
        by=by,
        least=MIN_DISCOUNT,
        words=words[:200],
        problem=wrong.says,
        wrong=wrong.name,
        links=_cases_of(asked),
        asked={**dict.fromkeys((*_VALUES, "from", "to"), ""), **asked},
        value_address=_address_of,
    )


def _cases_of(asked: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (f"cases of {name} {asked[name][:40]}", query("/desk/cases", **{name: asked[name]}))
        for name in ("customer", "store")
        if name in asked
    ]


def _address_of(name: str, value: object, row: EventRow) -> str:
    """The page of the events with an event's value, around its arrival; for a gateway, only those in its store."""
    values = {name: value}
    if name == "gateway":
        values["store"] = row.event.get("store_id", "none")
    return query("/desk/events", **values, to=(row.arrived + timedelta(hours=1)).isoformat())


ROUTES: Routes = {("GET", "events"): show_events}
