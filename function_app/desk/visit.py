"""A request to the desk, as its views see it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast
from urllib.parse import parse_qs

import azure.functions as func
import msgspec

from fraud.desk.callers import Caller, Role
from fraud.desk.problems import ProblemError
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
    caller: Caller

    def require(self, role: Role) -> None:
        """Raise ProblemError (403) unless the visitor's role is this one or above."""
        if not self.caller.may(role):
            raise ProblemError(403, "Not allowed", f"This asks for the role {role}, and you have {self.caller.role}.")

    def asked(self, name: str) -> str:
        """A value of the query without blanks at its ends; empty if it is absent."""
        return self.asked_as_is(name).strip()

    def asked_as_is(self, name: str) -> str:
        """A value of the query with its blanks, which belong to the id of an event; empty if it is absent."""
        return cast(Mapping[str, str], self.request.params).get(name, "")

    def form(self) -> dict[str, str]:
        """The fields of a form, the last of each name. Raises BadFormError."""
        return {name: values[-1] for name, values in self._fields().items()}

    def chosen(self, name: str) -> list[str]:
        """Every value of a field of a form, as boxes that are ticked give them. Raises BadFormError."""
        return self._fields().get(name, [])

    def _fields(self) -> dict[str, list[str]]:
        body = self.request.get_body()
        if len(body) > MAX_FORM_BYTES:
            raise BadFormError(f"the form has {len(body):,} bytes; at most {MAX_FORM_BYTES:,} are read")
        try:
            return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=2_000, errors="strict")
        except ValueError as error:
            raise BadFormError(f"the form cannot be read: {error}") from error


View = Callable[[Visit], Awaitable[func.HttpResponse]]
