"""A request to the desk, as its views see it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast
from urllib.parse import parse_qs

import azure.functions as func
import msgspec

from function_app.durable_client import Client

MAX_FORM_BYTES = 256 * 1024


def header(request: func.HttpRequest, name: str) -> str:
    """A header of a request, by its name in lower case; empty if it is absent."""
    return cast(Mapping[str, str], request.headers).get(name, "")


class BadFormError(ValueError):
    """A form that cannot be read; the message says why."""


class Visit(msgspec.Struct, frozen=True):
    """The request, the values of its path, and the durable client."""

    request: func.HttpRequest
    values: Mapping[str, str]
    client: Client
    token: str
    """Every form of this visitor has to carry it; see `forms.py`."""

    @property
    def is_fragment(self) -> bool:
        """True if htmx asks, which replaces a part of the page."""
        return header(self.request, "hx-request") == "true"

    def asked(self, name: str) -> str:
        """A value of the query; empty if it is absent."""
        return cast(Mapping[str, str], self.request.params).get(name, "").strip()

    def form(self) -> dict[str, str]:
        """The fields of a form, the last of each name. Raises BadFormError."""
        body = self.request.get_body()
        if len(body) > MAX_FORM_BYTES:
            raise BadFormError(f"the form has {len(body):,} bytes; at most {MAX_FORM_BYTES:,} are read")
        try:
            fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=2_000, errors="strict")
        except ValueError as error:
            raise BadFormError(f"the form cannot be read: {error}") from error
        return {name: values[-1] for name, values in fields.items()}


View = Callable[[Visit], Awaitable[func.HttpResponse]]
