"""The OpenAPI 3.1 document of the API, generated from the types of its endpoints: nothing in it is written twice."""

import inspect
import re
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from fraud.desk.paging import Page
from function_app.api.endpoint import Answer, Call, Endpoint, NoParameters
from function_app.api.endpoints import ENDPOINTS
from function_app.callers import ACTOR

DOCUMENT_PATH = "api/openapi.json"
_REFERENCES = "#/components/schemas/{name}"
_REFUSALS = {
    400: "The request is wrong in the field that is named.",
    401: "No function key, or a principal that is not trusted.",
    403: "The role is not enough.",
    404: "Nothing has this name.",
    409: "The state does not allow it.",
    412: "It has changed since it was read.",
    413: "The body is too large.",
    428: "The header If-Match is missing.",
    503: "A service that this needs does not answer.",
}

_ACTOR = "^[\\x20-\\x7e]+$"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal, as RFC 9457 describes it; `field` names the field that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


@cache
def document() -> dict[str, Any]:
    """The document of all endpoints."""
    types = [Problem, *(endpoint.answer for endpoint in ENDPOINTS if endpoint.answer is not bytes)]
    types += [endpoint.content for endpoint in ENDPOINTS if endpoint.content not in (None, bytes)]
    asked = [endpoint.asked for endpoint in ENDPOINTS]
    schemas, components = msgspec.json.schema_components([*types, *asked], ref_template=_REFERENCES)
    by_type = dict(zip([*types, *asked], schemas, strict=True))
    parameters = {kind: components.pop(kind.__name__) for kind in dict.fromkeys(asked)}
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        path = "/" + re.sub(r"\{\*?(\w+)\}", r"{\1}", endpoint.path)
        operation = _operation(endpoint, by_type, parameters[endpoint.asked])
        paths.setdefault(path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fraud desk", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-functions-key"}},
        },
    }


_DESCRIPTION = (
    "Cases, verdicts, events, quarantine and alerts of the fraud pipeline. A list goes on with the `next` of its page "
    f"as `token`. A change names the `etag` that it was made of in If-Match, and the person who makes it in {ACTOR}."
)


def _operation(endpoint: Endpoint, by_type: dict[Any, Any], asked: dict[str, Any]) -> dict[str, Any]:
    summary, _, more = (inspect.getdoc(endpoint.handler) or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": summary,
        "parameters": [*_parameters(endpoint, asked), *_headers(endpoint)],
        "responses": _responses(endpoint, by_type),
        "x-role": endpoint.role,
    }
    if more.strip():
        operation["description"] = more.strip()
    if endpoint.content is not None:
        schema = {"type": "string"} if endpoint.content is bytes else by_type[endpoint.content]
        operation["requestBody"] = {"required": True, "content": {endpoint.body: {"schema": schema}}}
    return operation


def _parameters(endpoint: Endpoint, asked: dict[str, Any]) -> list[dict[str, Any]]:
    in_path = set(re.findall(r"\{\*?(\w+)\}", endpoint.path))
    required = set(asked.get("required", ()))
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or name in required,
            "schema": _without_null(schema),
            # The Functions host hands on no parameter without a value.
            **({} if name in in_path else {"allowEmptyValue": True}),
        }
        for name, schema in asked.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query's value without null: an absent parameter is null, and no text stands for null."""
    kept = {name: value for name, value in schema.items() if not (name == "default" and value is None)}
    if "enum" in kept:
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    if "anyOf" not in kept:
        return kept
    choices = [choice for choice in kept.pop("anyOf") if choice != {"type": "null"}]
    choices = [_without_null(choice) for choice in choices]
    return {**kept, **choices[0]} if len(choices) == 1 else {**kept, "anyOf": choices}


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    headers: list[dict[str, Any]] = []
    if endpoint.changes:
        # Sent as it is, or percent-encoded UTF-8: in that form, a name of 100 characters has up to 1,200.
        name = {"type": "string", "minLength": 1, "maxLength": 1_200, "pattern": _ACTOR}
        headers.append({"name": ACTOR, "in": "header", "required": True, "schema": name})
    if endpoint.needs_etag:
        tag = {"type": "string", "pattern": '^"[A-Za-z0-9-]+"$'}
        headers.append({"name": "If-Match", "in": "header", "required": True, "schema": tag})
    return headers


def _responses(endpoint: Endpoint, by_type: dict[Any, Any]) -> dict[str, Any]:
    schema = {"type": "string"} if endpoint.answer is bytes else by_type[endpoint.answer]
    tagged = {"ETag": {"schema": {"type": "string"}}}
    done: dict[str, Any] = {
        "description": "Done.",
        "headers": tagged,
        "content": {endpoint.gives: {"schema": schema}},
    }
    if links := _links(endpoint):
        done["links"] = links
    responses: dict[str, Any] = {str(endpoint.status): done}
    for status in sorted({400, 401, 403, 503, *endpoint.statuses}):
        responses[str(status)] = {"description": _REFUSALS[status]}
        if status != 401:  # without a key the Functions host answers before the app does, with no body
            responses[str(status)]["content"] = {"application/problem+json": {"schema": by_type[Problem]}}
    return responses


def _links(endpoint: Endpoint) -> dict[str, Any]:
    """From a page to the next one, and to the details and the changes of its first item, which is named by a field."""
    if get_origin(endpoint.answer) is not Page:
        return {}
    (row,) = get_args(endpoint.answer)
    fields = {field.encode_name for field in msgspec.structs.fields(row)}
    links = {"next": {"operationId": endpoint.name, "parameters": {"query.token": "$response.body#/next"}}}
    for other in ENDPOINTS:
        match = re.fullmatch(re.escape(endpoint.path) + r"/\{\*?(\w+)\}(/.*)?", other.path)
        if match and match[1] in fields:
            parameters = {f"path.{match[1]}": f"$response.body#/items/0/{match[1]}"}
            if other.needs_etag:
                parameters["header.If-Match"] = "$response.body#/items/0/etag"
            links[other.name] = {"operationId": other.name, "parameters": parameters}
    return links


async def get_openapi(call: Call[NoParameters, None]) -> Answer:
    """This document."""
    return Answer(content=document())


ENDPOINT = Endpoint(
    name="get-openapi",
    method="GET",
    path=DOCUMENT_PATH,
    role="reader",
    handler=get_openapi,
    answer=dict[str, Any],
)
