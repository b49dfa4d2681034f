"""Views: bytes for people, names of people, the table of pages."""

import azure.functions as func
import pytest

from fraud.desk.problems import ProblemError
from function_app import callers
from function_app.callers import LOCAL, caller_of_page
from function_app.chosen_names import choice, chosen
from function_app.desk.pages import TABLE
from function_app.desk.routing import ViewMatch
from function_app.desk.views.quarantine import hex_dump
from services.settings import read_settings

IDENTITIES = {
    "AzureWebJobsStorage__blobServiceUri": "https://a.blob.core.windows.net",
    "Warehouse__blobServiceUri": "https://w.blob.core.windows.net",
    "EventHubs__fullyQualifiedNamespace": "h.servicebus.windows.net",
    "ServiceBus__fullyQualifiedNamespace": "s.servicebus.windows.net",
    "Cosmos__accountEndpoint": "https://c.documents.azure.com",
    "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
}


def test_bytes_are_shown_with_their_offset_and_their_text():
    assert hex_dump(b"<script>\x00\xff and more".hex()).splitlines() == [
        "00000000  3c 73 63 72 69 70 74 3e 00 ff 20 61 6e 64 20 6d  <script>.. and m",
        f"00000010  {'6f 72 65':<47}  ore",
    ]
    assert hex_dump("") == ""


@pytest.mark.parametrize("name", ["Ann", "Zoë; Path=/", 'a"b\\c', "名前"])
def test_a_chosen_name_is_remembered_whatever_it_holds(name: str):
    caller = chosen(choice(name, "analyst").partition(";")[0])

    assert caller is not None
    assert (caller.name, caller.role, caller.by) == (name, "analyst", "name")


@pytest.mark.parametrize(
    "cookies", ["", "desk-name=", "desk-name=king:Ann", "desk-name=reader:%00", "desk-name=reader:%FF", ";;="]
)
def test_a_cookie_that_is_not_ours_names_nobody(cookies: str):
    assert chosen(cookies) is None


@pytest.mark.parametrize(("name", "role"), [("", "reader"), ("a\nb", "reader"), ("x" * 101, "reader"), ("Ann", "king")])
def test_a_name_or_a_role_that_cannot_be_is_refused(name: str, role: str):
    with pytest.raises(ProblemError) as refusal:
        choice(name, role)
    assert refusal.value.status == 400


def test_a_request_that_pretends_to_be_logged_in_is_refused_on_ones_own_machine():
    request = func.HttpRequest("GET", "http://localhost/desk", headers={"x-ms-client-principal": "e30="}, body=b"")

    with pytest.raises(ProblemError) as refusal:
        caller_of_page(request)
    assert refusal.value.status == 401


@pytest.mark.parametrize("sign", ["WEBSITE_SITE_NAME", "WEBSITE_POD_NAME", "WEBSITE_INSTANCE_ID"])
def test_on_azure_the_desk_is_closed_to_whoever_is_not_logged_in(monkeypatch: pytest.MonkeyPatch, sign: str):
    on_azure = read_settings({**IDENTITIES, sign: "x"})
    monkeypatch.setattr(callers, "settings", lambda: on_azure)
    headers = {"cookie": "desk-name=operator:Ann"}

    with pytest.raises(ProblemError) as refusal:
        caller_of_page(func.HttpRequest("GET", "https://func-x.azurewebsites.net/desk", headers=headers, body=b""))
    assert refusal.value.status == 403


def test_whoever_has_not_chosen_a_name_is_you():
    assert caller_of_page(func.HttpRequest("GET", "http://localhost/desk", body=b"")) == LOCAL


@pytest.mark.parametrize(
    "path",
    ["", "flow", "cases", "cases/a", "trace", "trace/a", "explain", "workflows", "workflows/instance",
     "reconciliations", "campaigns", "campaigns/rows", "quarantine", "quarantine/record", "dead-letters", "rules", "me",
     "rules/trial", "rules/reanalysis",
     "reports/a/report.html",
     "reports/a/blobs/all-events/ns/store-events/0/2026/01/02/10/00/00.avro"],
)  # fmt: skip
def test_every_page_has_its_address(path: str):
    assert isinstance(TABLE.find("GET", path), ViewMatch)
