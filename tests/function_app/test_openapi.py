"""The OpenAPI document describes every endpoint as it is."""

import json
import re
from typing import Any
from urllib.parse import quote, unquote

import msgspec
import pytest

from fraud.desk.review import Person
from function_app.api.endpoint import Endpoint
from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import document
from function_app.callers import ACTOR


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_an_endpoint_is_described_with_its_parameters_and_refusals(endpoint: Endpoint):
    path = "/" + endpoint.path.replace("{*", "{")
    operation = document()["paths"][path][endpoint.method.lower()]
    names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] in ("path", "query")}

    fields = {field.encode_name for field in msgspec.structs.fields(endpoint.asked)}
    assert names == fields
    assert operation["summary"].endswith(".")
    assert operation["x-role"] == endpoint.role
    assert {"400", "401", "403", "503", *map(str, endpoint.statuses)} <= operation["responses"].keys()


def test_every_reference_leads_somewhere():
    text = json.dumps(document())

    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= document()["components"]["schemas"].keys()


def test_paths_name_their_parameters():
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            in_path = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))


def test_a_page_leads_to_the_next_one_and_to_the_details_and_the_changes_of_its_items():
    paths = document()["paths"]
    lists = {path: get["responses"]["200"]["links"] for path, get in links_of(paths)}

    assert lists.keys() >= {"/api/cases", "/api/events", "/api/quarantine", "/api/windows", "/api/dead-letters"}
    assert all(links["next"]["parameters"] == {"query.token": "$response.body#/next"} for links in lists.values())
    assert lists["/api/cases"].keys() >= {"next", "get-case", "decide-case", "assign-case", "comment-case"}
    assert lists["/api/cases"]["decide-case"]["parameters"] == {
        "path.id": "$response.body#/items/0/id",
        "header.If-Match": "$response.body#/items/0/etag",
    }
    assert "get-quarantine" in lists["/api/quarantine"]


def links_of(paths: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, each["get"]) for path, each in paths.items() if "links" in str(each.get("get", {}).get("responses"))]


@pytest.mark.parametrize("name", ["ana", "Ana Marić", "李雷", "ж" * 100, "\U0001f600" * 100, "a&b@c"])
def test_the_header_that_names_a_person_may_be_what_the_app_takes(name: str):
    """In the form in which clients send it, percent-encoded."""
    operations = [operation for path in document()["paths"].values() for operation in path.values()]
    parameters = [parameter for operation in operations for parameter in operation["parameters"]]
    schemas = [parameter["schema"] for parameter in parameters if parameter["name"] == ACTOR]
    sent = quote(name)

    assert schemas
    assert msgspec.convert(unquote(sent, errors="strict"), Person) == name
    for schema in schemas:
        assert schema["minLength"] <= len(sent) <= schema["maxLength"]
        assert re.search(schema["pattern"], sent)
