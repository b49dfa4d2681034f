"""The pages of the API: every endpoint and every type of its OpenAPI document, for people."""

from functools import cache
from typing import Any

import azure.functions as func
import msgspec

from function_app.api.openapi import DOCUMENT_PATH, document
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit

_REFERENCE = "#/components/schemas/"


class EndpointField(msgspec.Struct, frozen=True):
    """A parameter of an endpoint or a field of a type; `place` is empty for a field."""

    name: str
    type: str
    about: str
    required: bool
    place: str = ""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. `takes` and `gives` are types in words, `takes` empty if it has no body."""

    name: str
    method: str
    path: str
    role: str
    summary: str
    about: str
    parameters: tuple[EndpointField, ...]
    takes: str
    gives: str
    refusals: tuple[tuple[str, str], ...]


class Type(msgspec.Struct, frozen=True):
    """A type with its fields."""

    name: str
    about: str
    fields: tuple[EndpointField, ...]


class Api(msgspec.Struct, frozen=True):
    """All that the page shows."""

    about: str
    operations: tuple[Operation, ...]
    types: tuple[Type, ...]


@cache
def described() -> Api:
    """The OpenAPI document in words."""
    whole = document()
    operations = [
        _operation(method.upper(), path, operation)
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
    ]
    schemas: dict[str, dict[str, Any]] = whole["components"]["schemas"]
    return Api(
        about=whole["info"]["description"],
        operations=tuple(sorted(operations, key=lambda each: (each.path, each.method))),
        types=tuple(_type(name, schema) for name, schema in schemas.items()),
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    answered = {status: answer for status, answer in operation["responses"].items() if status < "300"}
    return Operation(
        name=operation["operationId"],
        method=method,
        path=path,
        role=operation["x-role"],
        summary=operation["summary"],
        about=operation.get("description", ""),
        parameters=tuple(
            EndpointField(each["name"], words(each["schema"]), _about(each["schema"]), each["required"], each["in"])
            for each in operation["parameters"]
        ),
        takes=_content(operation["requestBody"]) if "requestBody" in operation else "",
        gives=_content(next(iter(answered.values()))),
        refusals=tuple(
            (status, answer["description"])
            for status, answer in operation["responses"].items()
            if status not in answered
        ),
    )


def _content(of: dict[str, Any]) -> str:
    kind, content = next(iter(of["content"].items()))
    text = words(content["schema"])
    return text if kind == "application/json" else f"{text}, {kind}"


def _type(name: str, schema: dict[str, Any]) -> Type:
    required = set(schema.get("required", ()))
    fields = [
        EndpointField(field, words(of_field), _about(of_field), field in required)
        for field, of_field in schema.get("properties", {}).items()
    ]
    return Type(name, schema.get("description", ""), tuple(fields))


def words(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each kind of schema
    """The type of a schema in words: `array of Verdict`, `open, confirmed or null`, `integer from 1 to 100`."""
    if "$ref" in schema:
        return schema["$ref"].removeprefix(_REFERENCE)
    for combined in ("anyOf", "oneOf", "allOf"):
        if combined in schema:
            return _either([words(choice) for choice in schema[combined]])
    if "enum" in schema:
        return _either(["null" if value is None else str(value) for value in schema["enum"]])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any value")
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"array of {words(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {words(schema['additionalProperties'])}"
    return f"{kind}{_bounds(schema)}" + (f", {schema['format']}" if "format" in schema else "")


def _bounds(schema: dict[str, Any]) -> str:
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    unit = " characters" if "minLength" in schema or "maxLength" in schema else ""
    if least is None and most is None:
        return ""
    if least is None:
        return f" up to {most:,}{unit}"
    return f" from {least:,}{unit}" if most is None else f" from {least:,} to {most:,}{unit}"


def _either(choices: list[str]) -> str:
    *others, last = dict.fromkeys(choices)
    return f"{', '.join(others)} or {last}" if others else last


def _about(schema: dict[str, Any]) -> str:
    return schema.get("description", "")


async def show_api(visit: Visit) -> func.HttpResponse:
    """Every endpoint, and every type that it takes or gives."""
    api = described()
    names = frozenset(each.name for each in api.types)
    return answers.page("api.html", visit, here="api", api=api, names=names, document=f"/{DOCUMENT_PATH}")


ROUTES: Routes = {("GET", "api"): show_api}
