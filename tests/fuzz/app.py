"""Target of the app's HTTP functions, in a host over running services."""

import http.client
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from local_azure.testing import Chance, Clock, Fuzzed, Try, running, watched
from tests.support.parts import azure

_ROOT = Path(__file__).parents[2]
_SECONDS = 60.0
_FIRST_REQUESTS = 100
_NAMED = 503
"""An answer that says which service is away, or that a campaign does not answer yet."""
_IDS = (
    "x", "reconcile-20260305T100000Z-20260305T110000Z", "reconcile-20260305T100000Z-20260305T110000Z-without-cosmos",
    "repair-20260305T100000Z-20260305T110000Z-dry", "campaign-x", "reconcile-nightly", "%2e%2e", "a%2fb",
)  # fmt: skip
_NAMES = ("report.html", "report.json", "report.md", "differences-00000.ndjson", "report.xml")
_BODIES: tuple[dict[str, Any], ...] = (
    {"count": 1}, {"batches": 1, "events_per_batch": 1, "interval_seconds": 0, "name": "x"}, {"dry_run": True},
    {"name": "x", "stages": [{"shape": "burst", "rate": 1, "every": "2s", "lasts": "1s", "for": "3s"}]},
    {"bodies": ["e30="]}, {"from": "2026-03-05T10:00:00Z", "to": "2026-03-05T11:00:00Z", "cosmos": False}, {},
)  # fmt: skip


@contextmanager
def _functions(folder: Path) -> Generator[Try]:
    now = time.time()
    with azure(folder, Clock(now, now, 60)) as settings:
        state = folder / "host"
        options = ("--app", str(_ROOT), "--port", "0")
        with running("functions_host", *options, state=state, settings=os.environ | settings) as host:
            connection = http.client.HTTPConnection(host.addresses[0].removeprefix("http://"), timeout=_SECONDS)
            # Clients and threads that the app keeps are opened by its first requests.
            for number in range(_FIRST_REQUESTS):
                _ask(connection, Chance(f"first/{number}"))
            with watched(host, state) as watch:

                def ask(chance: Chance) -> None:
                    try:
                        _ask(connection, chance)
                    finally:
                        watch.check_log()

                yield ask
                assert _answer(connection, "GET", "/api/reconciliations", b"")[0] == 200, (
                    "an honest client is not served"
                )
            connection.close()


def _ask(connection: http.client.HTTPConnection, chance: Chance) -> None:
    method, path = chance.of("GET", "GET", "POST", "POST", "PUT", "DELETE"), _path(chance)
    body = b""
    if method == "POST":
        request = chance.choice(_BODIES)
        body = chance.json(chance.altered(request) if chance.one_in(2) else request)
    status, answer = _answer(connection, method, path, body)
    summary = f"{method} {path} {body[:300]!r}: {status} {answer[:300]!r}"
    assert status < 500 or (status == _NAMED and _says_why(answer)), summary


def _says_why(answer: bytes) -> bool:
    """A refusal has a title; health, which answers so too, a status."""
    return bool(msgspec.json.decode(answer).keys() & {"title", "status"})


def _answer(connection: http.client.HTTPConnection, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except Exception:
        connection.close()
        raise


def _path(chance: Chance) -> str:
    text = chance.choice(_IDS) if chance.one_in(2) else quote(chance.text(), safe=chance.of("", "%"))
    name = chance.choice(_NAMES) if chance.one_in(2) else quote(chance.text(), safe="")
    path = chance.of(
        "/store-events-producer-fn", "/api/campaigns", f"/api/campaigns/{text}", f"/api/campaigns/{text}/stop",
        f"/api/campaigns/{text}/latencies", f"/api/campaigns/{text}/verdicts", f"/api/campaign-tapes/{text}/1",
        "/api/reconciliations", f"/api/reconciliations/{text}", f"/api/reconciliations/{text}/repairs", "/api/health",
        f"/api/repairs/{text}", f"/api/repairs/{text}/steps", f"/api/reports/{text}/{name}", f"/api/{text}/{name}",
        "/api/health/details",
    )  # fmt: skip
    if chance.one_in(4):
        path += "?" + urlencode({chance.of("count", "code", "id", chance.text()): chance.of("1", "-1", chance.text())})
    return path


TARGETS = (Fuzzed("app-http", _functions, share=0.1),)
