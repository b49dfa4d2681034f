"""The built-in activity behind `call_http`, as the extension's TaskHttpActivityShim sends requests.

It sends the request once and hands the response to the orchestrator, a 202 included: the SDK of 1.x does not ask for
polling (its issue 380), so an app that needs to poll does so in its orchestrator, here as on Azure. Redirects are
followed. The response carries no content headers, and a header that .NET parses as a list is a list.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp.payload import BytesPayload
from multidict import CIMultiDictProxy

from local_azure.durable.causes import connection_refused
from local_azure.durable.worker import CallFailedError, FunctionFailedError

MAX_RESPONSE = 16 << 20
TIMEOUT_SECONDS = 100.0
"""The .NET HTTP client's default."""
MAX_REDIRECTS = 50
"""The .NET HTTP client's default."""

_AGENT = "Microsoft.Azure.WebJobs.Extensions.DurableTask/3.19.0"
_CONTENT_HEADERS = {"allow", "expires", "last-modified"}
_COMMA_LISTS = {"accept-ranges", "connection", "pragma", "trailer", "transfer-encoding", "upgrade", "vary", "via"}
_PRODUCT = re.compile(r"\([^)]*\)|[^\s(]+")
_NO_URL = (
    "An invalid request URI was provided. Either the request URI must be an absolute URI or BaseAddress must be set."
)


class HttpRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The SDK's DurableHttpRequest."""

    method: str
    uri: str
    content: str | None = None
    headers: dict[str, str] | None = None
    token_source: dict[str, Any] | None = None


async def call_http(data: str | None) -> str:
    """Send the request; gives the response as the SDK reads it: statusCode, headers, content.

    Raises CallFailedError without a response, and FunctionFailedError for one beyond 16 MiB or a managed identity's
    token.
    """
    try:
        request = msgspec.json.decode(data or "", type=HttpRequest)
    except msgspec.DecodeError as error:
        raise FunctionFailedError(f"the HTTP request cannot be read: {error}") from error
    if request.token_source is not None:
        raise FunctionFailedError("call_http: a token of a managed identity is not available on this machine")
    if urlsplit(request.uri).scheme not in {"http", "https"}:
        raise CallFailedError(
            _NO_URL, f"Unhandled exception while executing task: System.InvalidOperationException: {_NO_URL}"
        )
    try:
        return await _send(request)
    except aiohttp.ClientConnectorError as error:
        message = f"Connection refused ({error.host}:{error.port})"
        raise CallFailedError(message, connection_refused(message)) from error
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise CallFailedError(f"{type(error).__name__}: {error}", "") from error


async def _send(request: HttpRequest) -> str:
    headers = {"User-Agent": _AGENT, **(request.headers or {})}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "text/plain")
    body = None
    if request.content is not None:
        # The type belongs to the content, so that a redirect that drops one drops both.
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        body = BytesPayload(request.content.encode(), content_type=kind)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout, skip_auto_headers=("Accept", "Accept-Encoding")) as session,
        session.request(
            request.method, request.uri, data=body, headers=headers, max_redirects=MAX_REDIRECTS
        ) as response,
    ):
        answer = await response.content.read(MAX_RESPONSE + 1)
        while len(answer) <= MAX_RESPONSE and (more := await response.content.read(MAX_RESPONSE + 1)):
            answer += more
        if len(answer) > MAX_RESPONSE:
            raise FunctionFailedError(f"call_http: the response is larger than {MAX_RESPONSE} bytes")
        content = _text(answer, response.charset)
        return json.dumps({"statusCode": response.status, "headers": _headers(response.headers), "content": content})


def _headers(headers: CIMultiDictProxy[str]) -> dict[str, str | list[str]]:
    read: dict[str, str | list[str]] = {}
    for name in dict.fromkeys(headers):
        key = name.lower()
        if key.startswith("content-") or key in _CONTENT_HEADERS:
            continue
        values = headers.getall(name)
        if key == "server":
            values = [part for value in values for part in _PRODUCT.findall(value)]
        elif key in _COMMA_LISTS:
            values = [part.strip() for value in values for part in value.split(",")]
        read[name] = values[0] if len(values) == 1 else values
    return read


def _text(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
