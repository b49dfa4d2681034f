"""Targets of the functions host: its HTTP functions and admin pages, and the management API of Durable Functions."""

import contextlib
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from local_azure.testing.chance import Chance
from local_azure.testing.fuzzing import Fuzzed, Try
from local_azure.testing.watching import watched
from tests.functions_host.hosting import APPS, Host, host

_SECONDS = 20.0
_PATIENCE = 0.25
_METHODS = ("GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW")
_BASE = "runtime/webhooks/durabletask"
_HEADERS = (
    "X-Forwarded-For", "Content-Type", "Expect", "Transfer-Encoding", "Range", "If-Match", "X-HTTP-Method-Override",
    "Accept-Encoding", "Content-Encoding", "x-ms-continuation-token", "traceparent", "x-functions-key", "Cookie",
    "Upgrade",
)  # fmt: skip
_HEADER_VALUES = (
    "", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "chunked", "gzip",
    "100-continue", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "*", "bytes=0-", "text/html; charset=utf-99", "[1]",
)  # fmt: skip
_HOSTS = ("evil.example", "localhost.", "127.0.0.1:99999", "[::1]:7071", "", "localhost:x", "127.0.0.1, evil")


def raw_request(chance: Chance, address: str, path: str, body: bytes) -> bytes:
    """A request as bytes; mostly one that the server takes for HTTP from this machine."""
    name = chance.choice(_HOSTS) if chance.one_in(12) else address
    lines = [f"{chance.choice(_METHODS)} /{path} HTTP/1.{chance.of(1, 1, 1, 0)}", f"Host: {name}", "Connection: close"]
    if chance.one_in(12):
        lines.append(f"Origin: {chance.of('http://evil.example', 'null', f'http://{address}', '')}")
    for header in chance.sample_of(_HEADERS)[: chance.of(0, 0, 1, 2)]:
        lines.append(f"{header}: {chance.choice(_HEADER_VALUES) if chance.one_in(2) else _one_line(chance.text())}")
    length = chance.of(0, -1, 1, len(body) + 1, 2**40) if chance.one_in(50) else len(body)
    lines.append(f"Content-Length: {length}")
    head = "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n"
    return chance.damaged(head) + body if chance.one_in(50) else head + body


def query_string(chance: Chance, names: Sequence[str]) -> str:
    """A query string of some of the names, or nothing."""
    if chance.one_in(3):
        return ""
    times = (
        "0",
        "1",
        "-1",
        "2026-01-01T00:00:00Z",
        "9999-12-31",
        "nan",
        "1e999",
        "Running,Failed",
        "true",
        "P1D",
        "00:00:01",
    )
    pairs = [(name, chance.choice(times) if chance.one_in(2) else chance.text()) for name in chance.sample_of(names)]
    return "?" + "&".join(
        f"{quote(name)}={quote(value, safe='' if chance.one_in(2) else '%&=/')}" for name, value in pairs
    )


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")[:500]


def exchange(address: str, said: bytes) -> bytes:
    """The whole answer to these bytes. A server that waits for more is hung up on after a while.

    Raises TimeoutError if it does not hang up then.
    """
    name, _, port = address.rpartition(":")
    received = b""
    where = (name, int(port))
    with socket.create_connection(where, _PATIENCE) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(said)
        with contextlib.suppress(TimeoutError):
            received = connection.recv(65_536)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(_SECONDS)
        while part := connection.recv(65_536):
            received += part
    return received


def check_answer(said: bytes, answer: bytes) -> None:
    """Raise AssertionError for an answer that is not HTTP, or a failure of the server. No answer is a hang-up.

    What an instance's state forbids, such as to suspend what is suspended, gets 500 here as by Microsoft's extension.
    """
    if answer:
        status = answer.split(b" ", 2)[1]
        assert answer.startswith(b"HTTP/"), f"{said[:500]!r}: {answer[:200]!r}"
        is_as_recorded = b"System.InvalidOperationException" in answer
        assert status.decode() < "500" or status == b"501" or is_as_recorded, f"{said[:700]!r}: {answer[:600]!r}"


def _target(name: str, app: str, honest: str, path_of: Callable[[Chance], str]) -> Fuzzed:
    @contextmanager
    def opened(folder: Path) -> Generator[Try]:
        state = folder / "state"
        with host(APPS / app, state) as running, watched(running.part, state) as watch:
            address = running.base.removeprefix("http://")

            def ask(chance: Chance) -> None:
                body = chance.json(chance.value()) if chance.one_in(2) else b""
                said = raw_request(chance, address, path_of(chance), body)
                try:
                    check_answer(said, exchange(address, said))
                finally:
                    watch.check_log()

            yield ask
            _is_served(running, honest)

    return Fuzzed(name, opened, share=0.4)


def _is_served(running: Host, path: str) -> None:
    address = running.base.removeprefix("http://")
    answer = exchange(address, f"GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200"), f"an honest client is not served: {answer[:200]!r}"


def _http_path(chance: Chance) -> str:
    names = (
        "echo",
        "items/5",
        "items/x",
        "files/a/b",
        "optional",
        "optional/x",
        "from-blueprint",
        "form",
        "answer",
        "context",
    )
    path = chance.of(*names, "", "admin/functions", "admin/host/status", "%2e%2e/%2e%2e/etc/passwd", "api/echo")
    if chance.one_in(4):
        path += "/" + quote(chance.text(), safe=chance.of("", "/%"))
    return path + query_string(chance, ("a", "code", "name", "id", "%", "a[]"))


def _management_path(chance: Chance) -> str:
    instance = quote(chance.of("one", "two", "@counter@one", "$", chance.text(), chance.text()), safe="") or "x"
    name = quote(chance.of("fan_out", "failing", "Renamed", "nowhere", chance.text()), safe="") or "x"
    path = chance.of(
        "instances", "instances/", "entities", f"instances/{instance}", f"orchestrators/{name}", "entities/counter/one",
        f"orchestrators/{name}/{instance}", f"instances/{instance}/raiseEvent/{name}",
        f"instances/{instance}/terminate",
        f"instances/{instance}/suspend", f"instances/{instance}/resume", f"instances/{instance}/restart",
        f"instances/{instance}/rewind", f"entities/counter/{instance}", f"entities/{name}", "x", f"{name}/{instance}",
    )  # fmt: skip
    names = (
        "top", "createdTimeFrom", "createdTimeTo", "runtimeStatus", "showHistory", "showInput", "showHistoryOutput",
        "reason",
        "instanceIdPrefix", "fetchState", "lastOperationTimeFrom", "op", "taskHub", "connection", "code", "version",
        "restartWithNewInstanceId",
    )  # fmt: skip
    return f"{_BASE}/{path}{query_string(chance, names)}"


TARGETS = (
    _target("functions-http", "http", "from-blueprint", _http_path),
    _target("durable-management", "durable", f"{_BASE}/instances?top=1", _management_path),
)
