"""HTTP at the triggers: JSON in, JSON out, and problems as RFC 9457 describes them."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import azure.functions as func
import msgspec

JSON = "application/json"
PROBLEM = "application/problem+json"
MAX_BODY_BYTES = 64 * 1024

Body = TypeVar("Body")

_NOT_AMONG = "Invalid enum value"
_FIELD = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]*)`")


class BadRequestError(ValueError):
    """A request that is wrong in one field; answered with 400."""

    def __init__(self, field: str | None, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail

    def response(self) -> func.HttpResponse:
        """400 that names the field."""
        return problem(400, "Bad request", self.detail, field=self.field)


def json_response(content: Any, status: int = 200) -> func.HttpResponse:
    """Structs, dicts and times as JSON."""
    return func.HttpResponse(msgspec.json.encode(content), status_code=status, mimetype=JSON)


def problem(
    status: int, title: str, detail: str, *, field: str | None = None, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """A problem document; `field` names what is wrong with the request."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if field is not None:
        content["field"] = field
    return func.HttpResponse(msgspec.json.encode(content), status_code=status, mimetype=PROBLEM, headers=headers)


def parse_body(kind: type[Body], body: bytes) -> Body:
    """Read a JSON body; an empty one is an empty object. Raises BadRequestError that names the field."""
    if len(body) > MAX_BODY_BYTES:
        raise BadRequestError(None, f"the body has {len(body)} bytes; at most {MAX_BODY_BYTES} are accepted")
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(field_of(str(error)), words_of(error, kind)) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadRequestError(None, f"the body is not valid JSON: {error}") from error


def words_of(error: msgspec.ValidationError, kind: Any) -> str:
    """The validator's sentence on what should be of a kind, with what it leaves out: the values that there are, and a
    time that it can read, for `RFC3339` tells few people.
    """
    words = str(error).replace("Invalid RFC3339 encoded datetime", "Expected a time such as 2026-03-04T10:00:00Z")
    choices = _choices(kind, field_of(words)) if words.startswith(_NOT_AMONG) else []
    return f"{words}: one of {', '.join(choices)}" if choices else words


def _choices(kind: Any, field: str | None) -> list[str]:
    """The texts that a field of a struct may have; none for any other field."""
    of_kind = msgspec.inspect.type_info(kind)
    fields = of_kind.fields if isinstance(of_kind, msgspec.inspect.StructType) else ()
    types = [each.type for each in fields if each.encode_name == field]
    types += [part for each in types if isinstance(each, msgspec.inspect.UnionType) for part in each.types]
    return [str(value) for each in types if isinstance(each, msgspec.inspect.LiteralType) for value in each.values]


def headers_of(request: func.HttpRequest) -> Mapping[str, str]:
    """The headers of a request; their names may be written in any case."""
    return cast(Mapping[str, str], request.headers)


def field_of(message: str) -> str | None:
    """The field that a msgspec message is about: `Expected `int` >= 1 - at `$.count``."""
    for pattern in (_UNKNOWN_FIELD, _MISSING_FIELD, _FIELD):
        if (match := pattern.search(message)) and match["field"]:
            return match["field"]
    return None
