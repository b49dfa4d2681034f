"""The OpenAPI document describes every endpoint as it is."""

import json
import re

import msgspec
import pytest

from function_app.api.endpoint import Endpoint
from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import document


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
