"""The answers of the desk, each with headers that let nothing run but the desk's own script."""

import hashlib
from typing import Any

import azure.functions as func

from function_app.desk.assets import Asset
from function_app.desk.rendering import render
from function_app.desk.visit import Visit, header

_HTML = "text/html"
_SAFE = {
    # No inline script or style, nothing of another origin, no frame around the desk.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_A_YEAR = "public, max-age=31536000, immutable"


def page(template: str, visit: Visit, *, status: int = 200, **content: Any) -> func.HttpResponse:
    """A page; it is not cached, because it shows the present state."""
    return _html(render(template, me=visit.caller, token=visit.token, **content), status)


def _html(text: str, status: int) -> func.HttpResponse:
    headers = {**_SAFE, "Cache-Control": "no-store"}
    return func.HttpResponse(text, status_code=status, mimetype=_HTML, charset="utf-8", headers=headers)


def fragment(request: func.HttpRequest, template: str, **content: Any) -> func.HttpResponse:
    """A part of a page that is asked for again and again: 304 as long as it has not changed."""
    body = render(template, **content).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {**_SAFE, "Cache-Control": "private, no-cache", "ETag": tag}
    if header(request, "if-none-match") == tag:
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(body, mimetype=_HTML, charset="utf-8", headers=headers)


def redirect(address: str) -> func.HttpResponse:
    """See another page of the desk. Raises ValueError for an address elsewhere."""
    if not address.startswith("/desk") or "\n" in address or "\r" in address:
        raise ValueError(f"{address[:100]!r} is not a page of the desk")
    return func.HttpResponse(status_code=303, headers={**_SAFE, "Location": address, "Cache-Control": "no-store"})


def file(asset: Asset) -> func.HttpResponse:
    """A file that a browser may cache for ever."""
    headers = {**_SAFE, "Cache-Control": _A_YEAR}
    return func.HttpResponse(asset.content, mimetype=asset.mimetype, charset="utf-8", headers=headers)


def download(content: bytes, name: str, mimetype: str) -> func.HttpResponse:
    """A file that a browser keeps and does not show. `name` is the desk's own."""
    headers = {**_SAFE, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return func.HttpResponse(content, mimetype=mimetype, charset="utf-8", headers=headers)


def refused(status: int, title: str, detail: str, visit: Visit | None = None) -> func.HttpResponse:
    """A page that says why a request is refused, and what to do."""
    caller = visit.caller if visit else None
    return _html(render("refused.html", title=title, detail=detail, here="", me=caller), status)
