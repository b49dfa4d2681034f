"""The addresses that a browser or a client of the API asks for: each page, each list."""

from urllib.parse import urlencode

import msgspec


class Seen(msgspec.Struct, frozen=True):
    """The documents to ask for: the latest case, an event with its customer and its sku."""

    case_id: str
    event_id: str
    customer: int
    sku: int


_PAGES = (
    "",
    "/flow",
    "/cases",
    "/workflows",
    "/reconciliations",
    "/campaigns",
    "/quarantine",
    "/dead-letters",
    "/journal",
    "/rules",
)
_LISTS = (
    "cases", "verdicts", "windows", "quarantine", "dead-letters", "alerts", "rule-sets", "labels", "label-figures",
    "rule-hits", "workflows", "flow", "deeds", "rules-in-use", "campaigns", "reconciliations",
)  # fmt: skip


def addresses(seen: Seen) -> list[tuple[str, str]]:
    """A name and the path of each."""
    case = f"/desk/cases/{seen.case_id}"
    return [
        *((f"/desk{path}", f"/desk{path}") for path in _PAGES),
        *(
            (f"/desk/cases, {name}", f"/desk/cases?{urlencode(asked)}")
            for name, asked in (
                ("by time", {"sort": "time"}),
                ("confirmed", {"state": "confirmed"}),
                ("escalated", {"state": "escalated"}),
                ("of a store", {"store": 7}),
                ("of a customer", {"customer": seen.customer}),
                ("of an assignee", {"assignee": "Ana", "state": "in_review"}),
                ("with a high verdict", {"band": "high"}),
            )
        ),
        ("/desk/cases/{id}", case),
        ("/desk/trace", f"/desk/trace?id={seen.event_id}"),
        ("/desk/explain", f"/desk/explain?id={seen.event_id}"),
        ("/desk/events of a customer", f"/desk/events?customer={seen.customer}"),
        ("/desk/events of a sku", f"/desk/events?sku={seen.sku}"),
        ("/desk/events of a store", "/desk/events?store=7"),
        ("/desk/workflows, Running", "/desk/workflows?status=Running"),
        ("/desk/workflows, by prefix", "/desk/workflows?prefix=window-7-"),
        ("/desk/workflows, of today", "/desk/workflows?from=2026-01-01T00:00:00Z"),
        *((f"/api/{name}", f"/api/{name}") for name in _LISTS),
        ("/api/cases/{id}", f"/api/cases/{seen.case_id}"),
        ("/api/events of a customer", f"/api/events?customer={seen.customer}"),
        ("/api/events/{id}", f"/api/events/{seen.event_id}"),
        ("/api/trace", f"/api/trace?id={seen.event_id}"),
        ("/api/explain", f"/api/explain?id={seen.event_id}"),
    ]
