"""Read the parameters, the body and the ETag of a request, each by its type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError, bad_request
from function_app.http import MAX_BODY_BYTES, BadRequestError, field_of, headers_of, parse_body, words_of

Asked = TypeVar("Asked", bound=msgspec.Struct)


def read_parameters(kind: type[Asked], request: func.HttpRequest) -> Asked:
    """The parameters of a request, those of the path among them. Raises ProblemError that names the field."""
    route: Mapping[str, str] = request.route_params
    query: Mapping[str, str] = {name: text for name, text in request.params.items() if name not in route}
    try:
        asked = msgspec.convert({**query, **route}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(field_of(str(error)), words_of(error, kind)) from error
    for field in msgspec.structs.fields(kind):
        if field.encode_name in query:
            _check_read(field.encode_name, query[field.encode_name], getattr(asked, field.name))
    return asked


def _check_read(name: str, text: str, value: object) -> None:
    """Refuse what msgspec reads beyond the schema: `null` for a value that is left out, and a number for a time.

    A parameter without a value does not come here: the Functions host leaves it out.
    """
    if value is None:
        raise bad_request(name, f"{name} has no value: leave it out, or give it one")
    if isinstance(value, datetime) and text[4:5] != "-":
        raise bad_request(name, f"{name} is not a time such as 2026-03-04T10:00:00Z")


def read_body(kind: Any, request: func.HttpRequest) -> Any:
    """The body of a request; None if the endpoint takes none. Raises ProblemError that names the field."""
    if kind is None:
        return None
    body = request.get_body()
    if kind is bytes:
        if len(body) > 16 * MAX_BODY_BYTES:
            raise ProblemError(413, "Too large", f"the body has {len(body)} bytes; at most {16 * MAX_BODY_BYTES}")
        return body
    try:
        return parse_body(kind, body)
    except BadRequestError as error:
        raise bad_request(error.field, error.detail) from error


def read_etag(request: func.HttpRequest) -> str:
    """The ETag of the state that a change is based on.

    Raises ProblemError: 428 without one, 400 if it is not exactly one.
    """
    text = headers_of(request).get("If-Match", "").strip()
    if not text:
        raise ProblemError(428, "If-Match is missing", "name the state that you have seen in If-Match: its `etag`")
    tag = text.removeprefix('"').removesuffix('"')
    if not tag or any(character in tag for character in '",*') or text.startswith("W/") or not tag.isprintable():
        raise bad_request("If-Match", "If-Match must be the one `etag` of that state, in quotes")
    return tag
