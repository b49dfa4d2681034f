"""Role by page, every pair: over all routes of the desk."""

import asyncio
from typing import Any, cast

import azure.functions as func
import pytest

from fraud.desk.callers import ROLES, Caller, Role
from fraud.desk.problems import ProblemError
from function_app.access import access_of
from function_app.desk.pages import ROUTES
from function_app.desk.visit import Visit

Route = tuple[str, str]
NEEDS: dict[Route, Role] = {
    ("POST", "cases/{id}"): "analyst",
    ("POST", "cases/chosen"): "analyst",
    ("GET", "workflows/act"): "operator",
    ("POST", "workflows/act"): "operator",
    ("POST", "campaigns"): "operator",
    ("POST", "campaigns/stop"): "operator",
    ("GET", "campaigns/plan"): "operator",
    ("POST", "campaigns/plan"): "operator",
    ("POST", "reconciliations"): "operator",
    ("POST", "reconciliations/{run}"): "operator",
    ("POST", "dead-letters"): "operator",
    ("POST", "dead-letters/redrive"): "operator",
    ("POST", "quarantine/record"): "operator",
    ("POST", "rules/trial"): "analyst",
    ("POST", "rules/reanalysis"): "operator",
    ("POST", "sql"): "reader",  # it changes nothing, and what it shows is in the lists of the API
}
WITHOUT_DEED = {
    ("POST", "dead-letters"),  # it counts, and asks
    # What came of these is in their deeds, which the work itself writes; an acknowledgement says who gave it.
    ("POST", "dead-letters/redrive"),
    ("POST", "quarantine/record"),
    ("POST", "reconciliations/{run}"),
    ("POST", "rules/reanalysis"),
}
OWN_NAME = ("POST", "me")
"""Anybody chooses a name of their own, on their own machine."""


def test_every_form_that_is_sent_needs_a_role_and_nothing_else_does():
    needs = {route: access.role for route, view in ROUTES.items() if (access := access_of(view))}

    assert needs == NEEDS
    assert {route for route in ROUTES if route[0] != "GET"} - needs.keys() == {OWN_NAME}


def test_what_an_operator_sends_is_journalled():
    deeds = {route: access.deed for route, view in ROUTES.items() if (access := access_of(view)) and access.deed}

    sent = {route for route, role in NEEDS.items() if role == "operator" and route[0] == "POST"}
    assert deeds.keys() == sent - WITHOUT_DEED


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", NEEDS)
def test_a_role_that_is_not_enough_is_refused_before_anything_is_read(route: Route, role: Role):
    enough = ROLES.index(role) >= ROLES.index(NEEDS[route])

    assert (_refusal(route, role) == 403) != enough


def _refusal(route: Route, role: Role) -> int | None:
    """The status with which a view refuses; None for one that begins, and then finds nothing to read."""
    caller = Caller(name="Ana", role=role, by="name")
    request = func.HttpRequest(route[0], "http://localhost/desk", body=b"\xff")
    visit = Visit(request, {"id": "x", "run": "x"}, cast(Any, None), "", caller)
    try:
        asyncio.run(cast(Any, ROUTES[route](visit)))
    except ProblemError as refused:
        return refused.status
    except (ValueError, AttributeError):
        return None
    return None
