"""Who calls: who is believed, in which role, under which name."""

import json
from base64 import b64encode
from typing import Any

import azure.functions as func
import msgspec
import pytest

from fraud.desk.problems import ProblemError
from function_app import callers
from function_app.callers import ACTOR, caller_of_api
from function_app.principals import PRINCIPAL
from services.settings import Settings, SettingsError, read_settings
from tests.conftest import APP_SETTINGS

LOCAL = read_settings(APP_SETTINGS)
ON_AZURE = msgspec.structs.replace(LOCAL, platform_login=True)


def as_settings(monkeypatch: pytest.MonkeyPatch, its: Settings, **changes: Any) -> None:
    changed = msgspec.structs.replace(its, **changes)
    monkeypatch.setattr(callers, "settings", lambda: changed)


def request(**headers: str) -> func.HttpRequest:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return func.HttpRequest("GET", "http://x/api/cases", headers=named, body=b"")


def principal(*roles: str, name: str = "Ana") -> str:
    claims = [{"typ": "name", "val": name}, *({"typ": "roles", "val": role} for role in roles)]
    return b64encode(json.dumps({"auth_typ": "aad", "claims": claims, "role_typ": "roles"}).encode()).decode()


def status_of(asked: func.HttpRequest) -> int:
    """200 if whoever asks may read."""
    try:
        caller_of_api(asked, "reader", changes=False)
    except ProblemError as refused:
        return refused.status
    return 200


@pytest.mark.parametrize("name", [PRINCIPAL, "X-MS-CLIENT-PRINCIPAL", f"{PRINCIPAL}-name", "x-ms-token-aad-id-token"])
def test_where_no_login_stands_before_the_app_no_header_of_the_platform_is_believed(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    as_settings(monkeypatch, LOCAL, api_role="operator")

    assert status_of(request(x_actor="Ana", **{name: principal("operator")})) == 401


def test_a_login_can_be_set_on_azure_only():
    with pytest.raises(SettingsError, match="PLATFORM_LOGIN must not be true"):
        read_settings(APP_SETTINGS | {"PLATFORM_LOGIN": "true"})


@pytest.mark.parametrize("text", ["", "x", "e30", b64encode(b"[]").decode(), b64encode(b'{"claims": 1}').decode()])
def test_a_principal_that_cannot_be_read_is_refused_or_absent(monkeypatch: pytest.MonkeyPatch, text: str):
    as_settings(monkeypatch, ON_AZURE, api_role="reader")

    assert status_of(request(**{PRINCIPAL: text})) == (200 if not text else 401)


def test_a_person_without_one_of_our_roles_is_refused(monkeypatch: pytest.MonkeyPatch):
    as_settings(monkeypatch, ON_AZURE, api_role="operator")

    assert status_of(request(**{PRINCIPAL: principal("Owner")})) == 403


def test_a_person_has_the_highest_of_their_roles_and_is_known_by_login(monkeypatch: pytest.MonkeyPatch):
    as_settings(monkeypatch, ON_AZURE, api_role="reader")

    caller = caller_of_api(request(**{PRINCIPAL: principal("reader", "analyst")}), "analyst", changes=True)

    assert (caller.name, caller.role, caller.by) == ("Ana", "analyst", "login")


def test_a_key_names_a_person_in_every_change(monkeypatch: pytest.MonkeyPatch):
    as_settings(monkeypatch, LOCAL, api_role="operator")

    with pytest.raises(ProblemError, match="who changes this") as refused:
        caller_of_api(request(), "analyst", changes=True)
    caller = caller_of_api(request(x_actor="J%C3%B6rg"), "analyst", changes=True)

    assert (refused.value.status, refused.value.field) == (400, ACTOR)
    assert (caller.name, caller.by) == ("Jörg", "key")


@pytest.mark.parametrize("name", ["x" * 101, "a%0Ab", "%FF", "a%00"])
def test_a_name_that_nobody_can_have_is_refused(monkeypatch: pytest.MonkeyPatch, name: str):
    as_settings(monkeypatch, LOCAL, api_role="operator")

    with pytest.raises(ProblemError, match="1 to 100 characters"):
        caller_of_api(request(x_actor=name), "reader", changes=False)
