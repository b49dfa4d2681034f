"""The built-in activity behind `call_http`.

It sends the request once and hands the response to the orchestrator, a 202 included: the SDK of 1.x has no polling of
its own (its issue 380), so an app that needs to poll does so in its orchestrator, here as on Azure.
"""

import json
from typing import Any

import aiohttp
import msgspec

from local_azure.durable.worker import FunctionFailedError

MAX_RESPONSE = 16 << 20
TIMEOUT_SECONDS = 100.0
"""The .NET HTTP client's default."""


class HttpRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The SDK's DurableHttpRequest."""

    method: str
    uri: str
    content: str | None = None
    headers: dict[str, str] | None = None
    token_source: dict[str, Any] | None = None


async def call_http(data: str | None) -> str:
    """Send the request; gives the response as the SDK reads it: statusCode, headers, content.

    Raises FunctionFailedError if there is no response, or one beyond 16 MiB, or for a managed identity's token.
    """
    try:
        request = msgspec.json.decode(data or "", type=HttpRequest)
    except msgspec.DecodeError as error:
        raise FunctionFailedError(f"the HTTP request cannot be read: {error}") from error
    if request.token_source is not None:
        raise FunctionFailedError("call_http: a token of a managed identity is not available on this machine")
    headers = dict(request.headers or {})
    if request.content is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(
                request.method, request.uri, data=request.content, headers=headers, allow_redirects=False
            ) as response,
        ):
            body = await response.content.read(MAX_RESPONSE + 1)
            while len(body) <= MAX_RESPONSE and (more := await response.content.read(MAX_RESPONSE + 1)):
                body += more
            if len(body) > MAX_RESPONSE:
                raise FunctionFailedError(f"call_http: the response is larger than {MAX_RESPONSE} bytes")
            content = _text(body, response.charset)
            return json.dumps({"statusCode": response.status, "headers": dict(response.headers), "content": content})
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise FunctionFailedError(f"call_http: {type(error).__name__}: {error}") from error


def _text(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
