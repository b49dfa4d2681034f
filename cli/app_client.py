"""The app as the command line sees it: a base address, and JSON over HTTP."""

import argparse
import copy
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import requests

from cli.options import user_name
from cli.stack_process import LOCAL_SETTINGS
from cli.stack_settings import read_settings

URL_SETTING = "DETECTIVE_URL"
KEY_SETTING = "DETECTIVE_KEY"
_TIMEOUT_SECONDS = 60.0
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 0.2, 5.0
"""Between attempts: after each, twice as long."""
_TRANSIENT = (429, 500, 502, 503, 504)
"""Statuses of an app that is busy or being started."""
_NOT_AN_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    UnicodeError,
)
_LONGEST_ADDRESS = 300
"""Characters of an address that an error shows: what it says must be seen."""
_CONTINUATION = "x-ms-continuation-token"

Struct = TypeVar("Struct")
RequestBody = msgspec.Struct | Mapping[str, object]
"""The body of a request: a struct of the domain, or the fields that the options give, which the app checks."""


class _Problem(msgspec.Struct, frozen=True):
    """A refusal as problem+json."""

    title: str = ""
    detail: str = ""


class AppError(Exception):
    """The app cannot be reached or refused the request; the message says which, and what to do."""


class AppClient:
    """Calls the app at `base_url`, with a function key if it asks for one.

    `patience` is how many seconds a request that may be repeated waits for an app that does not answer, or whose answer
    says that it is busy, for example because it is being restarted.
    """

    def __init__(self, base_url: str, key: str | None = None, patience: float = 0.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._patience = patience
        self._date: datetime | None = None
        self._session = requests.Session()
        # Whoever changes something is named: the app keeps it in its journal.
        self._session.headers["x-actor"] = quote(user_name())
        if key:
            self._session.headers["x-functions-key"] = key

    def patient(self, seconds: float) -> "AppClient":
        """The same app with at least so much patience: for whoever has seen it answer, and follows something in it."""
        other = copy.copy(self)
        other._patience = max(self._patience, seconds)
        return other

    def get(self, path: str, *, accept: tuple[int, ...] = ()) -> Any:
        """The JSON answer of a GET; `accept` names error statuses that are answers too. Raises AppError."""
        return _json(self._call("GET", path, accept=accept))

    def health(self) -> Any:
        """The health, with details if the app gives them to this key. Raises AppError."""
        answer = self._send("GET", "api/health/details", accept=(503,))
        if answer.status_code in (401, 403, 404):
            return self.get("api/health", accept=(503,))
        if not answer.ok and answer.status_code != 503:
            raise AppError(f"GET {answer.url}: {_reason(answer)}")
        return _json(answer)

    def now(self) -> datetime:
        """Azure's time, from the date of the last answer: on one machine it may run faster. Raises AppError."""
        if self._date is None:
            self.get("api/health", accept=(503,))
        return self._date or datetime.now(UTC)

    def get_page(self, path: str, token: str | None, **params: str) -> tuple[list[Any], str | None]:
        """A page of a list of the durable management API, and the token of the next page. Raises AppError."""
        answer = self._call("GET", path, params=params, headers={_CONTINUATION: token} if token else {})
        return _json(answer), answer.headers.get(_CONTINUATION) or None

    def query(self, path: str, **params: str) -> Any:
        """The JSON answer of a GET with parameters. Raises AppError."""
        return _json(self._call("GET", path, params=params))

    def change(self, path: str, body: RequestBody, *, actor: str, etag: str = "") -> Any:
        """The JSON answer of a change by a person, of a state if that has an ETag. Raises AppError."""
        headers = {"x-actor": quote(actor), **({"If-Match": etag} if etag else {})}
        return _json(self._call("POST", path, repeatable=False, json=_plain(body), headers=headers))

    def send(self, path: str, body: bytes, *, mimetype: str, actor: str) -> Any:
        """The JSON answer of a POST of a file by a person. Raises AppError."""
        headers = {"x-actor": quote(actor), "Content-Type": mimetype}
        return _json(self._call("POST", path, repeatable=False, data=body, headers=headers))

    def get_bytes(self, path: str) -> bytes:
        """The body of a GET as it is. Raises AppError."""
        return self._call("GET", path).content

    def post(
        self, path: str, body: RequestBody | None = None, *, repeatable: bool = False, actor: str | None = None
    ) -> Any:
        """The JSON answer of a POST, or None if it has no body; `repeatable` if twice is as good as once.

        Without an `actor`, whoever uses this machine acts.
        """
        headers = {"x-actor": quote(actor)} if actor else {}
        answer = self._call("POST", path, repeatable=repeatable, json=_plain(body or {}), headers=headers)
        return _json(answer) if answer.content else None

    def _call(
        self, method: str, path: str, *, accept: tuple[int, ...] = (), repeatable: bool = True, **options: Any
    ) -> requests.Response:
        answer = self._send(method, path, accept=accept, repeatable=repeatable, **options)
        if answer.status_code in (401, 403) and not _detail(answer):
            raise AppError(f"{answer.url} needs a function key; say --key, or set {KEY_SETTING}")
        if not answer.ok and answer.status_code not in accept:
            address = answer.url if len(answer.url) <= _LONGEST_ADDRESS else f"{answer.url[:_LONGEST_ADDRESS]}…"
            raise AppError(f"{method} {address}: {_reason(answer)}")
        return answer

    def _send(
        self, method: str, path: str, *, accept: tuple[int, ...] = (), repeatable: bool = True, **options: Any
    ) -> requests.Response:
        if {".", ".."} & set(path.partition("?")[0].split("/")):
            # It would be cut out of the address, which would then be another one.
            raise AppError(f"{path}: no name can be . or .., which would lead to another address")
        url = f"{self.base_url}/{path.lstrip('/')}"
        end = time.monotonic() + (self._patience if repeatable else 0.0)
        pause = _FIRST_RETRY_SECONDS
        while True:
            is_last = time.monotonic() >= end
            try:
                # A redirect would take the key to wherever it leads.
                answer = self._session.request(method, url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, **options)
            except _NOT_AN_ADDRESS as error:
                raise AppError(f"{self.base_url} is not the address of an app: say --url http://HOST:PORT") from error
            except requests.RequestException as error:
                if is_last:
                    raise AppError(
                        f"nothing answers at {self.base_url}; start it with `make up`, or say --url"
                    ) from error
            else:
                if answer.is_redirect:
                    to = answer.headers["Location"]
                    raise AppError(f"{answer.url} leads to {to}: is --url the app's own address?")
                if is_last or answer.status_code not in _TRANSIENT or answer.status_code in accept:
                    self._date = _date(answer) or self._date
                    return answer
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY_SECONDS)


OpenApp = Callable[[argparse.Namespace], AppClient]


def app_of(options: argparse.Namespace) -> AppClient:
    """The app that the options of a command name."""
    url = options.url or default_url()
    return AppClient(url, options.key or default_key(url))


def read_as(kind: type[Struct], content: Any, subject: str) -> Struct:
    """The JSON values of an answer as a struct; `subject` names what they are about.

    Raises AppError if they have another shape, as those of another version of the app may.
    """
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise AppError(f"{subject} is not told as this version knows it: {error}") from error


def _plain(body: RequestBody) -> Any:
    """The JSON values of a body. What a struct has by default is left to the app."""
    plain = msgspec.to_builtins(body)
    if not isinstance(body, msgspec.Struct):
        return plain
    fields = msgspec.structs.fields(body)
    said = [field.encode_name for field in fields if getattr(body, field.name) != field.default]
    return {name: plain[name] for name in said}


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise AppError(f"{answer.url} does not answer as the app does; is --url the app's address?") from error


def _date(answer: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _reason(answer: requests.Response) -> str:
    """The detail of a problem+json answer, or the status alone."""
    return _detail(answer) or f"{answer.status_code} {answer.reason}"


def _detail(answer: requests.Response) -> str:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        return ""
    return problem.detail or problem.title


def default_url() -> str:
    """`DETECTIVE_URL`, or where the app of this clone answers. Raises AppError if its stack does not run."""
    if url := os.environ.get(URL_SETTING) or local_url():
        return url
    raise AppError("this clone's stack does not run; start it with `make up`, or say --url")


def default_key(url: str) -> str | None:
    """`DETECTIVE_KEY`, or the key of this clone's app if that is at this address and asks for keys."""
    if key := os.environ.get(KEY_SETTING):
        return key
    return local_key(LOCAL_SETTINGS) if url == local_url() else None


def local_key(settings: Path) -> str | None:
    """The master key in a stack's settings file; None if its app asks for none."""
    return read_settings(settings).keys.get("master")


def local_url() -> str | None:
    """The address of this clone's app; None if its stack does not run."""
    port = read_settings(LOCAL_SETTINGS).host.port
    return None if port is None else f"http://127.0.0.1:{port}"
