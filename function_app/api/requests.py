"""Read the parameters, the body and the ETag of a request, each by its type."""

from collections.abc import Mapping
from typing import Any, TypeVar

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError, bad_request
from function_app.http import MAX_BODY_BYTES, BadRequestError, field_of, headers_of, parse_body

Asked = TypeVar("Asked")


def read_parameters(kind: type[Asked], request: func.HttpRequest) -> Asked:
    """The parameters of a request, those of the path among them. Raises ProblemError that names the field."""
    route: Mapping[str, str] = request.route_params
    query: Mapping[str, str] = {name: text for name, text in request.params.items() if name not in route}
    try:
        return msgspec.convert({**query, **route}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(field_of(str(error)), str(error)) from error


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
