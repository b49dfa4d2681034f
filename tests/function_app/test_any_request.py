"""The API keeps its own document, whatever is asked: with values that its schemas allow, and with others.

Ids, paths and tokens of earlier answers are asked for again, so that details and further pages are reached.
"""

from typing import Any, cast
from urllib.parse import quote

import msgspec
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from function_app.api.endpoint import Endpoint
from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import document
from tests.function_app.any_value import JUNK, values_of

pytestmark = pytest.mark.slow

SCHEMAS: dict[str, Any] = document()["components"]["schemas"]
SEEN: dict[str, list[Any]] = {"id": ["window-1-none"], "path": ["store-events/none.json"], "token": ["x"]}
"""Values of earlier answers, by the parameters that take them."""
REQUESTS = 12
"""Of each endpoint."""


def operation_of(endpoint: Endpoint) -> dict[str, Any]:
    path = "/" + endpoint.path.replace("{*", "{")
    return document()["paths"][path][endpoint.method.lower()]


def parameter_of(parameter: dict[str, Any]) -> st.SearchStrategy[Any]:
    choices = [values_of(parameter["schema"], SCHEMAS), JUNK]
    if seen := SEEN.get(parameter["name"]):
        choices.append(st.integers(0, 99).map(lambda number: seen[number % len(seen)]))
    return st.one_of(choices)


def requests_of(endpoint: Endpoint) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    """Parameters by name, and a body."""
    operation = operation_of(endpoint)
    asked = [parameter for parameter in operation["parameters"] if parameter["in"] in ("path", "query")]
    required = {parameter["name"]: parameter_of(parameter) for parameter in asked if parameter["in"] == "path"}
    optional = {parameter["name"]: parameter_of(parameter) for parameter in asked if parameter["in"] == "query"}
    body: st.SearchStrategy[Any] = st.none()
    if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        body = st.one_of(values_of(content["schema"], SCHEMAS), st.dictionaries(st.text(max_size=8), JUNK, max_size=3))
    elif endpoint.content is bytes:
        body = st.one_of(st.binary(max_size=60), st.just(b"id,outcome,date\n"))
    return st.tuples(st.fixed_dictionaries(required, optional=optional), body)


def remember(content: Any) -> None:
    page = cast(dict[str, Any], content if isinstance(content, dict) else {})
    if isinstance(page.get("next"), str):
        SEEN["token"].append(page["next"])
    rows: list[dict[str, Any]] = page.get("items", [])
    for row in rows:
        for name in {"id", "path"} & row.keys():
            SEEN[name].append(row[name])


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_answer_is_one_that_the_document_tells_of(app: str, endpoint: Endpoint):
    allowed = {int(status) for status in operation_of(endpoint)["responses"]}

    @settings(
        max_examples=REQUESTS,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
    )
    @given(requests_of(endpoint))
    def holds(asked: tuple[dict[str, Any], Any]) -> None:
        parameters, body = asked
        path = endpoint.path.replace("{*", "{")
        for name in [name for name in parameters if f"{{{name}}}" in path]:
            text = str(parameters[name])
            # A host takes no address with a control character or a step between folders, so none reaches the app.
            is_address = text.isprintable() and text.strip(".")
            path = path.replace(f"{{{name}}}", quote(text, safe="") if is_address else "x")
        query = {name: value for name, value in parameters.items() if f"{{{name}}}" not in endpoint.path}
        headers = {"x-actor": "Ana", **({"If-Match": '"x"'} if endpoint.needs_etag else {})}
        data = body if isinstance(body, bytes) else None if body is None else msgspec.json.encode(body)
        answer = requests.request(
            endpoint.method, f"{app.rstrip('/')}/{path}", params=query, data=data, headers=headers, timeout=60
        )
        assert answer.status_code in allowed, (answer.url, body, answer.status_code, answer.text[:500])
        if answer.status_code >= 400:
            problem = answer.json()
            assert (problem["status"], bool(problem["title"])) == (answer.status_code, True)
        elif endpoint.gives == "application/json":
            assert answer.headers["Content-Type"].startswith("application/json")
            content = answer.json()
            if endpoint.answer is not bytes:
                msgspec.convert(content, endpoint.answer)
            remember(content)

    holds()


def test_earlier_answers_led_to_details_and_further_pages():
    """The last of this file: without them the test above would ask for nothing that there is."""
    assert len(SEEN["id"]) + len(SEEN["token"]) > 2
