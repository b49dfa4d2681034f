"""Requests and responses between HTTP and the SDK, in the shape that Azure's host gives its Python worker.

Source: the host's own conversion (`ToRpcHttp`): query values are joined by commas and empty ones left out, header
names are lower case, the body is raw bytes. The answer comes from the SDK's converter.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK's converters carry no annotations.

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

import azure.functions as func
from aiohttp import web
from azure.functions.http import HttpRequest
from azure.functions.meta import Datum
from multidict import CIMultiDict

_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})


def to_sdk_request(request: web.BaseRequest, route_values: Mapping[str, str], body: bytes) -> HttpRequest:
    """The request as the function's HTTP trigger receives it."""
    query: dict[str, str] = {}
    for name, value in request.rel_url.query.items():
        query[name] = f"{query[name]},{value}" if name in query else value
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return HttpRequest(
        method=request.method,
        url=str(request.url),
        headers=headers,
        params={name: value for name, value in query.items() if value},
        route_params=route_values,
        body_type="bytes",
        body=body,
    )


def to_web_response(result: Any) -> web.Response:
    """The HTTP answer for a function's return value (an HttpResponse or a str).

    Raises TypeError if it returned something else, ValueError if the status is not one of HTTP.
    """
    converter: Any = func.get_binding_registry().get("http")
    try:
        datum: Datum = converter.encode(result, expected_type=None)
    except NotImplementedError:
        raise TypeError(f"an HTTP function must return an HttpResponse or a str, not {type(result).__name__}") from None
    if datum.type == "string":
        return web.Response(text=datum.value)
    answer: dict[str, Any] = datum.value
    status = int(answer["status_code"].value)
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not a final HTTP status")
    headers = CIMultiDict[str](
        (name, value.value) for name, value in answer["headers"].items() if name.lower() not in _HOP_BY_HOP
    )
    for cookie in answer["cookies"] or ():
        _add_cookies(headers, cookie)
    return web.Response(status=status, body=answer["body"].value, headers=headers)


def _add_cookies(headers: CIMultiDict[str], cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        headers.add("Set-Cookie", morsel.OutputString())
