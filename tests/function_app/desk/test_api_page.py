"""The pages of the API tell of every endpoint and every type of the OpenAPI document."""

import re
from typing import Any

import pytest

from fraud.desk.callers import Caller
from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import document
from function_app.desk.rendering import render
from function_app.desk.views.api import described, words


def page() -> str:
    api = described()
    names = frozenset(each.name for each in api.types)
    me = Caller(name="Ann", role="reader", by="name")
    return render("api.html", me=me, token="", here="api", api=api, names=names, document="/api/openapi.json")


def test_each_endpoint_stands_there_with_its_role_and_each_parameter():
    seen = {each.name: each for each in described().operations}

    assert seen.keys() == {endpoint.name for endpoint in ENDPOINTS}
    assert all(seen[endpoint.name].role == endpoint.role for endpoint in ENDPOINTS)
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]
    for operation in operations:
        told = [(field.name, field.place, field.required) for field in seen[operation["operationId"]].parameters]
        assert told == [(each["name"], each["in"], each["required"]) for each in operation["parameters"]]


def test_names_within_its_sentences_are_set_as_code():
    text = page()

    assert "<code>next</code>" in text
    assert "`" not in text


def test_whatever_a_page_points_to_is_on_it():
    text = page()

    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r' id="([^"]+)"', text))
    assert all(f'id="type-{name}"' in text for name in document()["components"]["schemas"])
    assert len(re.findall(r' id="([^"]+)"', text)) == len(set(re.findall(r' id="([^"]+)"', text)))


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"$ref": "#/components/schemas/Case"}, "Case"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Case"}}, "array of Case"),
        ({"enum": ["open", "expired", None]}, "open, expired or null"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "string or integer"),
        ({"type": "integer", "minimum": 1, "maximum": 1_000}, "integer from 1 to 1,000"),
        ({"type": "string", "maxLength": 2_000}, "string up to 2,000 characters"),
        ({"type": "string", "format": "date-time"}, "string, date-time"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({}, "any value"),
    ],
)
def test_a_type_is_told_in_words(schema: dict[str, Any], text: str):
    assert words(schema) == text
