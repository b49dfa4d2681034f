"""Answers of the API: JSON with an ETag, 304 for what the client has already, problems."""

import hashlib

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError
from function_app.api.endpoint import Answer
from function_app.http import headers_of, problem

_HEADERS = {
    # The content comes from others: no browser may run it as a page, and no cache may keep it.
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


def answer_of(request: func.HttpRequest, content: object) -> func.HttpResponse:
    """The answer to a request; 304 without a body if the client's `If-None-Match` has its ETag."""
    whole = content if isinstance(content, Answer) else Answer(content=content)
    body = whole.content if isinstance(whole.content, bytes) else msgspec.json.encode(whole.content)
    etag = f'"{whole.etag or hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_HEADERS, **whole.headers, "ETag": etag}
    if request.method == "GET" and etag in _tags(headers_of(request).get("If-None-Match", "")):
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(body, status_code=whole.status, mimetype=whole.mimetype, charset="utf-8", headers=headers)


def refusal(error: ProblemError) -> func.HttpResponse:
    """A refusal as a problem document."""
    return problem(error.status, error.title, error.detail, field=error.field, headers=_HEADERS)


def _tags(text: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in text.split(",")}
