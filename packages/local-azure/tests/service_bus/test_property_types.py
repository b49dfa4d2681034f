"""Properties that a receiver sets keep their AMQP type, on every way by which it may set them."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, encode
from local_azure.amqp.incoming_link import IncomingLink
from local_azure.amqp.message import Message
from local_azure.amqp.outcomes import parse_outcome
from local_azure.amqp.request_response import Request
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Encoded, Symbol
from local_azure.service_bus.egress import encoded
from local_azure.service_bus.envelope import amend
from local_azure.service_bus.ingress import submission
from local_azure.service_bus.management import Management
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.settings import QueueSettings
from local_azure.service_bus.settlement import settle
from tests.service_bus.engine import Engine

TYPED = {
    "ubyte": b"\x50\xff", "byte": b"\x51\xff", "ushort": b"\x60\xff\xff", "short": b"\x61\xff\xff",
    "uint": b"\x70\xff\xff\xff\xff", "int": b"\x71\x00\x00\x00\x03", "smallint": b"\x54\x03", "uint0": b"\x43",
    "ulong": b"\x80" + b"\xff" * 8, "long": b"\x81" + b"\x00" * 7 + b"\x03", "float": b"\x72" + struct.pack(">f", 0.1),
    "double": b"\x82" + struct.pack(">d", 0.1), "char": b"\x73\x00\x00\x00\xdf",
    "timestamp": b"\x83" + struct.pack(">q", 1_709_251_198_123), "decimal128": b"\x94" + bytes(range(16)),
    "uuid": b"\x98" + bytes(range(16)), "symbol": b"\xa3\x01s", "string": b"\xb1\x00\x00\x00\x01s", "true": b"\x56\x01",
    "described": b"\x00\xa3\x0fcom.microsoft:x\x81" + b"\x00" * 8,
}  # fmt: skip
NEWS = {Symbol(name): Encoded(value) for name, value in TYPED.items()}
REASON = {Symbol("DeadLetterReason"): "because", Symbol("DeadLetterErrorDescription"): "of this"}
ERROR = described(0x1D, [Symbol("com.microsoft:dead-letter"), None, NEWS | REASON])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    queue = Engine(tmp_path, QueueSettings(), amend=amend)
    queue.run(lambda: queue.queue.send([submission(described(SectionCode.DATA, b"body"))]))
    yield queue
    queue.close()


def locked(engine: Engine) -> bytes:
    (delivery,) = engine.run(lambda: engine.queue.take(1, lock=True))
    assert delivery.lock
    return delivery.lock.token


def properties(queue: Queue) -> dict[str, bytes]:
    """The application properties of the only message, encoded."""
    (message,) = queue.peek(0, 10)
    return {str(decode(key)[0]): value for key, value in Message(encoded(message)).application_property_pairs()}


@pytest.mark.parametrize("deferred", [False, True])
def test_types_are_kept_when_a_message_is_abandoned_or_deferred(engine: Engine, deferred: bool) -> None:
    state = described(0x27, [True, deferred, NEWS])
    outcome = parse_outcome(decode(state)[0])
    token = locked(engine)
    assert engine.run(lambda: settle(engine.queue, token, outcome, state)) == state
    assert properties(engine.queue) == TYPED


def test_types_are_kept_when_a_message_is_dead_lettered(engine: Engine) -> None:
    state = described(0x25, [ERROR])
    token = locked(engine)
    engine.run(lambda: settle(engine.queue, token, parse_outcome(decode(state)[0]), state))
    kept = properties(engine.dead_letters)
    assert decode(kept.pop("DeadLetterReason"))[0] == "because"
    assert decode(kept.pop("DeadLetterErrorDescription"))[0] == "of this"
    assert kept == TYPED


@pytest.mark.parametrize("status", ["abandoned", "defered"])
def test_types_are_kept_when_a_request_settles_a_message(engine: Engine, status: str) -> None:
    body: dict[str, Any] = {
        "disposition-status": status,
        "lock-tokens": [UUID(bytes_le=locked(engine))],
        "properties-to-modify": NEWS,
    }
    sent = encode(body)
    request = Request(
        {"operation": "com.microsoft:update-disposition"}, decode(sent)[0], Encoded(sent), cast(IncomingLink, None)
    )
    assert engine.run(lambda: Management(engine.queue).answer(request)).status == 200
    assert properties(engine.queue) == TYPED
