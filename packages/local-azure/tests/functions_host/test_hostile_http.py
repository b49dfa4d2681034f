"""Clients that mean no good: each is answered or cut off, and the others are served."""

import gzip
import os
import signal
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.functions_host.hosting import Host

pytestmark = pytest.mark.slow
MEGABYTE = 1024 * 1024


def answer_to(host: Host, data: bytes, *, half_close: bool = False) -> bytes:
    """The answer to these bytes, until the host closes or is silent for a second."""
    with host.connect() as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionError):
            pass
        return received


def send_for_ever(connection: socket.socket, head: bytes, chunk: bytes) -> None:
    """Send until the host has had enough, or for ten seconds."""
    until = time.monotonic() + 10
    connection.sendall(head)
    while time.monotonic() < until:
        connection.sendall(chunk)


def memory(host: Host) -> int:
    """The host's resident megabytes."""
    status = Path(f"/proc/{host.part.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.fixture(autouse=True)
def still_serving(http_host: Host) -> Generator[None]:
    """Whatever a test does, the next request is answered."""
    yield
    assert requests.get(http_host.base + "/from-blueprint", timeout=30).text == "blueprint"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /echo HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
    ],
)
def test_garbage_is_answered_with_400(http_host: Host, garbage: bytes):
    answer = answer_to(http_host, garbage)
    assert answer.startswith(b"HTTP/1.") or answer == b""
    assert b" 200 " not in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%",
        "/%zz",
        "/../../etc/passwd",
        "/files/../../x",
        "/ü",
        "/a b",
        "/files/%ff%fe",
        "//////",
        "/?" + "&" * 5000,
        "*",
    ],
)
def test_weird_paths_are_answered(http_host: Host, path: str):
    head = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = answer_to(http_host, b"GET " + path.encode() + head)
    assert answer.startswith(b"HTTP/1.")
    assert b" 500 " not in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("name", [b"", b"x y", b"[::1", b"x:99999999", b"\xff\xfe", b"a" * 3000])
@pytest.mark.parametrize("path", [b"/echo", b"/", b"/admin/functions"])
def test_a_weird_host_header_is_refused(http_host: Host, name: bytes, path: bytes):
    answer = answer_to(http_host, b"GET " + path + b" HTTP/1.1\r\nHost: " + name + b"\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in {b"400", b"403"}


@pytest.mark.parametrize("path", ["/echo", "/admin/functions", "/nowhere"])
@pytest.mark.parametrize("header", [b"Host: evil.example", b"Host: localhost\r\nOrigin: http://evil.example"])
def test_no_endpoint_answers_a_page_of_elsewhere(http_host: Host, path: str, header: bytes):
    request = b"POST " + path.encode() + b" HTTP/1.1\r\n" + header + b"\r\nContent-Length: 2\r\n\r\n{}"
    answer = answer_to(http_host, request)
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"is not this machine" in answer


@pytest.mark.parametrize("expected", [b"nonsense", b"100-continue, x", b"\xff"])
def test_an_expectation_that_cannot_be_met_is_no_fault_of_the_host(http_host: Host, expected: bytes):
    head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: " + expected + b"\r\nContent-Length: 0\r\n\r\n"
    assert answer_to(http_host, head).startswith(b"HTTP/1.1 417")


def test_a_body_above_the_limit_is_refused_before_it_is_sent(http_host: Host):
    head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (101 * MEGABYTE)
    assert answer_to(http_host, head).startswith(b"HTTP/1.1 413")
    assert "413" in http_host.log


def test_an_endless_body_is_cut_off_at_the_limit(http_host: Host):
    head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with http_host.connect() as connection, pytest.raises(ConnectionError):
        send_for_ever(connection, head, b"100000\r\n" + bytes(MEGABYTE) + b"\r\n")
    assert memory(http_host) < 400


def test_a_body_that_ends_too_soon_reaches_no_function(http_host: Host):
    data = b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"
    assert not answer_to(http_host, data, half_close=True).startswith(b"HTTP/1.1 200")


def test_a_body_that_trickles_is_given_up(http_host: Host):
    with http_host.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        began = time.monotonic()
        connection.settimeout(0.5)
        received = b""
        while time.monotonic() - began < 9 and not received:
            connection.sendall(b"x")
            try:
                received = connection.recv(65536)
            except TimeoutError:
                continue
    assert received.startswith(b"HTTP/1.1 408")


def test_any_number_of_silent_connections_leaves_room_for_others(http_host: Host):
    with ExitStack() as silent:
        for _ in range(450):
            silent.enter_context(http_host.connect())
        for _ in range(3):
            assert requests.get(http_host.base + "/from-blueprint", timeout=30).status_code == 200


def test_a_burst_of_silent_connections_keeps_out_nobody_who_comes_with_it(http_host: Host):
    os.kill(http_host.part.pid, signal.SIGSTOP)
    with ExitStack() as silent:
        try:
            for _ in range(450):
                silent.enter_context(http_host.connect())
            last = silent.enter_context(http_host.connect())
            last.sendall(b"GET /from-blueprint HTTP/1.1\r\nHost: localhost\r\n\r\n")
        finally:
            os.kill(http_host.part.pid, signal.SIGCONT)
        assert last.recv(12) == b"HTTP/1.1 200"


def test_a_connection_too_many_is_turned_away_while_all_others_are_in_use(http_host: Host):
    answers: list[bytes] = []
    with ExitStack() as busy:
        for _ in range(401):
            connection = busy.enter_context(http_host.connect())
            connection.sendall(b"GET /from-blueprint HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answers.append(connection.recv(12))
    assert answers[0] == b"HTTP/1.1 200"
    assert answers[-1] == b"HTTP/1.1 503"
    time.sleep(0.2)


def test_a_compressed_body_is_not_unpacked(http_host: Host):
    bomb = gzip.compress(bytes(50 * MEGABYTE))
    answer = requests.post(http_host.base + "/echo", data=bomb, headers={"Content-Encoding": "gzip"}, timeout=10).json()
    assert answer["body"].encode("latin-1") == bomb


def test_pipelined_requests_are_answered_in_order(http_host: Host):
    many = (
        b"GET /items/1 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50
        + b"GET /items/2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    answer = answer_to(http_host, many)
    assert answer.count(b"HTTP/1.1 200") == 51
