"""Role by HTTP function, every pair: over all functions that the host knows, each called as the host calls it."""

import asyncio
import inspect
import json
from typing import Any

import azure.functions as func
import msgspec
import pytest

from fraud.desk.callers import ROLES, Role
from fraud.desk.problems import ProblemError
from function_app.access import Access, access_of
from function_app.callers import ACTOR, caller_of_api
from function_app.principals import PRINCIPAL
from tests.function_app.test_callers import LOCAL, ON_AZURE, as_settings, principal
from tests.support.app_index import indexed_functions

CLIENT = json.dumps({"taskHubName": "x", "creationUrls": {}, "managementUrls": {}, "rpcBaseUrl": "http://127.0.0.1:9"})
FUNCTIONS = {
    name: function.call for name, function in indexed_functions().items() if function.trigger["type"] == "httpTrigger"
}
UNGUARDED = {"store-events-producer-fn", "health", "desk-home", "desk"}
"""Whoever the host lets in may call these; the pages of the desk ask for roles of their own."""
CASE_WORK = {
    "decide-case",
    "assign-case",
    "comment-case",
    "reopen-case",
    "keep-outcomes",
    "snooze-rule",
    "wake-rule",
    "start-trial",
    "stop-trial",
}
OPERATIONS = {
    "start-campaign",
    "stop-campaign",
    "keep-campaign-tape",
    "start-reconciliation",
    "acknowledge-differences",
    "start-repair",
    "redrive-dead-letters",
    "resubmit-quarantined",
    "activate-rules",
    "shadow-rules",
    "start-reanalysis",
    "stop-reanalysis",
}
GUARDED = {
    name: access for name, function in FUNCTIONS.items() if (access := access_of(function)) and access.role is not None
}
CHANGING = [name for name, access in GUARDED.items() if access.changes]


def call(name: str, **headers: str) -> func.HttpResponse:
    """The answer of a function as it is registered; whoever is let in fails, because no service answers."""
    named = {header.replace("_", "-"): text for header, text in headers.items()}
    method = min(method.value for method in indexed_functions()[name].trigger["methods"])
    request = func.HttpRequest(method, "http://localhost/api/x", headers=named, body=b"{}")
    function = FUNCTIONS[name]
    bindings = {"client": CLIENT} if "client" in inspect.signature(function).parameters else {}
    return asyncio.run(function(request=request, **bindings))


def is_let_in(access: Access, **headers: str) -> bool:
    named = {header.replace("_", "-"): text for header, text in headers.items()}
    assert access.role is not None
    request = func.HttpRequest("GET", "http://x", headers=named, body=b"")
    try:
        caller_of_api(request, access.role, changes=access.changes)
    except ProblemError as refused:
        return refused.status != 403
    return True


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_http_function_says_whom_it_lets_in(name: str):
    access = access_of(FUNCTIONS[name])

    assert access is not None, f"say @asks_for(...) or @open_to_all(...) beside the route of {name}"
    assert (access.role is None) == (name in UNGUARDED) == bool(access.reason)


def test_who_decides_cases_is_an_analyst_and_who_runs_the_pipeline_an_operator():
    by_role: dict[Role, set[str]] = {role: set() for role in ROLES}
    for name, access in GUARDED.items():
        by_role[access.role or "reader"].add(name)

    assert by_role["analyst"] == CASE_WORK
    assert by_role["operator"] == OPERATIONS
    methods = {method.value for name in by_role["reader"] for method in indexed_functions()[name].trigger["methods"]}
    assert methods == {"GET"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", GUARDED)
def test_a_role_is_let_in_where_it_is_enough_and_nowhere_else(monkeypatch: pytest.MonkeyPatch, name: str, role: Role):
    access = GUARDED[name]
    assert access.role is not None
    enough = ROLES.index(role) >= ROLES.index(access.role)
    ways: list[tuple[Any, Role, dict[str, str]]] = [
        (LOCAL, role, {"x_actor": "Ana"}),
        (ON_AZURE, "reader", {PRINCIPAL: principal(role)}),
    ]
    for its, api_role, headers in ways:
        as_settings(monkeypatch, its, api_role=api_role)
        assert is_let_in(access, **headers) == enough
        if not enough:
            answer = call(name, **headers)
            assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
            assert f"the role {access.role}, and you have {role}" in answer.get_body().decode()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_where_no_login_stands_before_the_app_a_principal_is_refused_everywhere(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    as_settings(monkeypatch, LOCAL, api_role="operator")

    assert call(name, x_actor="Ana", **{PRINCIPAL: principal("operator")}).status_code == 401


@pytest.mark.parametrize("name", CHANGING)
def test_a_key_that_names_nobody_changes_nothing(monkeypatch: pytest.MonkeyPatch, name: str):
    as_settings(monkeypatch, LOCAL, api_role="operator")

    answer = call(name)

    assert (answer.status_code, msgspec.json.decode(answer.get_body())["field"]) == (400, ACTOR)
