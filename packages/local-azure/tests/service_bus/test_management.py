"""Management requests of any shape: answered or refused with a condition, and nothing else happens."""

# pyright: reportPrivateUsage=false
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, encode, timestamp
from local_azure.amqp.errors import Condition
from local_azure.amqp.incoming_link import IncomingLink
from local_azure.amqp.request_response import Reply, Request
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Encoded, Symbol
from local_azure.service_bus.management import Management
from local_azure.service_bus.settings import QueueSettings
from tests.service_bus.engine import Engine

TOKEN = UUID(int=7)
OPERATIONS = [
    "renew-lock",
    "peek-message",
    "schedule-message",
    "cancel-scheduled-message",
    "receive-by-sequence-number",
    "update-disposition",
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    running = Engine(tmp_path, QueueSettings())
    yield running
    running.close()


def ask(engine: Engine, operation: str, body: Any) -> Reply:
    encoded = Encoded(encode(body))
    request = Request({"operation": f"com.microsoft:{operation}"}, body, encoded, cast(IncomingLink, None))
    return engine.run(lambda: Management(engine.queue).answer(request))


def scheduled(moment: int) -> bytes:
    annotations = {Symbol("x-opt-scheduled-enqueue-time"): timestamp(moment)}
    return described(SectionCode.MESSAGE_ANNOTATIONS, annotations) + described(SectionCode.DATA, b"body")


REFUSED: list[tuple[str, Any, int, Condition]] = [
    ("renew-lock", {"lock-tokens": [TOKEN]}, 410, Condition.MESSAGE_LOCK_LOST),
    ("renew-lock", {"lock-tokens": []}, 400, Condition.ARGUMENT_ERROR),
    ("renew-lock", {"lock-tokens": [TOKEN] * 1_001}, 400, Condition.ARGUMENT_ERROR),
    ("renew-lock", {"lock-tokens": "all"}, 400, Condition.ARGUMENT_ERROR),
    ("renew-lock", None, 400, Condition.ARGUMENT_ERROR),
    ("peek-message", {"from-sequence-number": 0, "message-count": 0}, 400, Condition.ARGUMENT_ERROR),
    ("peek-message", {"from-sequence-number": 0, "message-count": -1}, 400, Condition.ARGUMENT_ERROR),
    ("peek-message", {"from-sequence-number": -(2**63), "message-count": 2**31}, 204, Condition.MESSAGE_NOT_FOUND),
    ("peek-message", {"from-sequence-number": 2**63 - 1, "message-count": 1}, 204, Condition.MESSAGE_NOT_FOUND),
    (
        "peek-message",
        {"from-sequence-number": 1, "message-count": 1, "session-id": "s"},
        400,
        Condition.ARGUMENT_ERROR,
    ),
    ("schedule-message", {"messages": [{"message": b"garbage"}]}, 400, Condition.DECODE_ERROR),
    (
        "schedule-message",
        {"messages": [{"message": described(SectionCode.DATA, b"")}]},
        400,
        Condition.ARGUMENT_ERROR,
    ),
    ("schedule-message", {"messages": [{}]}, 400, Condition.ARGUMENT_ERROR),
    ("cancel-scheduled-message", {"sequence-numbers": [2**63 - 1]}, 404, Condition.MESSAGE_NOT_FOUND),
    ("receive-by-sequence-number", {"sequence-numbers": [-5]}, 404, Condition.MESSAGE_NOT_FOUND),
    (
        "receive-by-sequence-number",
        {"sequence-numbers": [1], "receiver-settle-mode": 9},
        400,
        Condition.ARGUMENT_ERROR,
    ),
    (
        "update-disposition",
        {"disposition-status": "completed", "lock-tokens": [TOKEN]},
        410,
        Condition.MESSAGE_LOCK_LOST,
    ),
    ("update-disposition", {"disposition-status": "eaten", "lock-tokens": [TOKEN]}, 400, Condition.ARGUMENT_ERROR),
    ("get-session-state", {"session-id": "s"}, 501, Condition.NOT_IMPLEMENTED),
    ("x" * 10_000, None, 501, Condition.NOT_IMPLEMENTED),
]


@pytest.mark.parametrize(("operation", "body", "status", "condition"), REFUSED)
def test_requests_that_cannot_be_served_are_refused(
    engine: Engine, operation: str, body: Any, status: int, condition: Condition
) -> None:
    reply = ask(engine, operation, body)
    assert (reply.status, reply.condition, reply.body) == (status, condition, None)


def test_either_all_messages_of_a_request_are_scheduled_or_none(engine: Engine) -> None:
    good = {"message": scheduled(engine.now + 1_000)}
    assert ask(engine, "schedule-message", {"messages": [good, {"message": b"bad"}]}).status == 400
    assert engine.queue.peek(0, 10) == []
    reply = ask(engine, "schedule-message", {"messages": [good, good]})
    assert decode(reply.body["sequence-numbers"])[0] == [1, 2]


def test_either_all_messages_of_a_request_are_settled_or_none(engine: Engine) -> None:
    ask(engine, "schedule-message", {"messages": [{"message": scheduled(engine.now)}]})
    (delivery,) = engine.run(lambda: engine.queue.take(1, lock=True))
    assert delivery.lock
    held = UUID(bytes_le=delivery.lock.token)
    body = {"disposition-status": "completed", "lock-tokens": [held, TOKEN]}
    assert ask(engine, "update-disposition", body).status == 410
    assert len(engine.queue.peek(0, 10)) == 1
    assert ask(engine, "update-disposition", {**body, "lock-tokens": [held, held]}).status == 200
    assert engine.queue.peek(0, 10) == []


numbers = st.integers(-(2**63), 2**63 - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.floats() | st.text() | st.binary() | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | numbers, inner, max_size=3),
    max_leaves=6,
)
FIELDS = {
    "lock-tokens",
    "sequence-numbers",
    "message-count",
    "from-sequence-number",
    "messages",
    "message",
    "receiver-settle-mode",
    "disposition-status",
    "deadletter-reason",
    "properties-to-modify",
    "session-id",
}
fields = st.sampled_from(sorted(FIELDS))


@given(st.sampled_from(OPERATIONS), st.dictionaries(fields, values, max_size=4) | values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_bodies_of_any_shape_get_an_answer(engine: Engine, operation: str, body: Any) -> None:
    reply = ask(engine, operation, body)
    assert reply.status in {200, 204, 400, 404, 410}
    assert not engine.failures
    encode(reply.body)
