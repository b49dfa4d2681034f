"""Messages on their way in and out: what a client wrote is kept, what is the broker's is the broker's."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, encode, timestamp, ubyte, uint
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.message import Message as EncodedMessage
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Encoded, Symbol
from local_azure.service_bus.egress import encoded
from local_azure.service_bus.envelope import amend
from local_azure.service_bus.ingress import submission
from local_azure.service_bus.messages import Lock, MessageState, QueuedMessage

names = st.text(min_size=1, max_size=20)
simple = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=300) | st.binary(max_size=300)
properties = st.dictionaries(names, simple, max_size=5)
clients_own = st.dictionaries(names.filter(lambda name: not name.startswith("x-opt-")), simple, max_size=5)


def section(code: SectionCode, value: Any) -> bytes:
    return described(code, value)


def a_message(*sections: bytes, body: bytes = b"body") -> bytes:
    return b"".join(sections) + section(SectionCode.DATA, body)


def out(payload: bytes, lock: Lock | None = None, **fields: Any) -> EncodedMessage:
    values: dict[str, Any] = {
        "sequence": 7,
        "state": MessageState.ACTIVE,
        "enqueued": 1_700_000_000_000,
        "time_to_live": None,
        "delivery_count": 0,
        "origin": 5,
        "source": None,
    }
    return EncodedMessage(encoded(QueuedMessage(payload=payload, **(values | fields)), lock))


@given(properties, clients_own, st.binary(max_size=500), st.booleans() | st.none(), st.integers(0, 9) | st.none())
def test_what_the_client_wrote_comes_out_again(
    application: dict[str, Any], annotations: dict[str, Any], body: bytes, durable: bool | None, priority: int | None
) -> None:
    sent = a_message(
        section(SectionCode.HEADER, [durable, None if priority is None else ubyte(priority), None, None, uint(9)]),
        section(SectionCode.MESSAGE_ANNOTATIONS, annotations),
        section(SectionCode.PROPERTIES, ["id", b"user", None, "subject"]),
        section(SectionCode.APPLICATION_PROPERTIES, application),
        body=body,
    )
    got = out(submission(sent).payload)
    assert got.application_properties() == application
    assert annotations.items() <= got.annotations().items()
    assert got.properties() == EncodedMessage(sent).properties()
    assert got.body() == body
    assert (got.header().durable, got.header().priority) == (durable, priority)
    assert got.header().delivery_count == 0


def test_the_brokers_annotations_cannot_be_forged() -> None:
    forged = {
        Symbol(name): 999
        for name in ("x-opt-sequence-number", "x-opt-locked-until", "x-opt-deadletter-source", "x-opt-message-state")
    }
    sent = a_message(section(SectionCode.MESSAGE_ANNOTATIONS, {**forged, Symbol("mine"): 1}))
    assert out(submission(sent).payload).annotations() == {
        "x-opt-enqueued-time": 1_700_000_000_000,
        "x-opt-sequence-number": 7,
        "x-opt-enqueue-sequence-number": 5,
        "mine": 1,
    }


def test_of_its_state_and_its_first_number_a_message_tells_what_is_not_plain() -> None:
    payload = submission(a_message()).payload
    plain = {"x-opt-enqueued-time": 1_700_000_000_000, "x-opt-sequence-number": 7}
    assert out(payload, origin=7).annotations() == plain
    deferred = out(payload, origin=7, state=MessageState.DEFERRED)
    assert deferred.annotations() == plain | {"x-opt-message-state": 1}
    assert out(payload).delivery_annotation_pairs() == []


def test_a_decimal_among_the_properties_is_passed_on_as_the_service_writes_it() -> None:
    ieee, dotnet = (bytes.fromhex(f"94 {exponent} {'00' * 12} 3039") for exponent in ("3038", "0c38"))
    sent = a_message(section(SectionCode.APPLICATION_PROPERTIES, {"price": Encoded(ieee)}))
    ((_, told),) = out(submission(sent).payload).application_property_pairs()
    assert told == dotnet
    ((_, amended),) = out(amend(submission(a_message()).payload, {"price": Encoded(ieee)})).application_property_pairs()
    assert amended == told
    locked = out(submission(sent).payload, Lock(b"t" * 16, 7, 1_234), source="q").annotations()
    assert (locked["x-opt-locked-until"], locked["x-opt-deadletter-source"]) == (1_234, "q")


@pytest.mark.parametrize(
    ("before", "user"),
    [
        ([], None),
        ([section(SectionCode.PROPERTIES, [])], None),
        ([section(SectionCode.PROPERTIES, [None, b"u"])], b"u"),
    ],
)
def test_a_message_without_an_id_gets_one_and_keeps_its_other_properties(
    before: list[bytes], user: bytes | None
) -> None:
    accepted = submission(a_message(*before, section(SectionCode.APPLICATION_PROPERTIES, {"a": 1})))
    assert accepted.message_id is None, "an id of ours is no duplicate of anything"
    got = out(accepted.payload)
    assert len(got.properties().message_id) == 32
    assert got.properties().user_id == user
    assert (got.application_properties(), got.body()) == ({"a": 1}, b"body")


@given(properties, properties)
def test_properties_are_set_and_all_others_stay(application: dict[str, Any], changes: dict[str, Any]) -> None:
    sent = a_message(section(SectionCode.PROPERTIES, ["id"]), section(SectionCode.APPLICATION_PROPERTIES, application))
    got = out(amend(submission(sent).payload, changes))
    assert got.application_properties() == application | changes
    assert (got.properties().message_id, got.body()) == ("id", b"body")


def test_a_property_that_amqp_cannot_carry_is_refused() -> None:
    payload = submission(a_message()).payload
    for value in (2**64, object()):
        with pytest.raises(AmqpError, match="cannot be kept"):
            amend(payload, {"a": value})


SENT_AT, DAY = 1_600_000_000_000, 86_400_000


def expiring(ttl: Any) -> bytes:
    """A message whose sender reckons with its own clock, as the SDKs do."""
    times = [timestamp(SENT_AT + 5), timestamp(SENT_AT)]
    return a_message(
        section(SectionCode.HEADER, [None, None, ttl]),
        section(SectionCode.PROPERTIES, ["id", *[None] * 7, *times, "group"]),
    )


def test_the_expiry_told_is_the_one_that_counts_whatever_the_sender_wrote() -> None:
    got = out(submission(expiring(uint(9 * DAY))).payload, time_to_live=DAY).properties()
    assert (got.creation_time, got.absolute_expiry_time) == (1_700_000_000_000, 1_700_000_000_000 + DAY)
    assert (got.message_id, got.group_id) == ("id", "group")
    got = out(submission(a_message()).payload, time_to_live=DAY).properties()
    assert got.absolute_expiry_time == 1_700_000_000_000 + DAY
    assert len(got.message_id) == 32


def test_a_message_that_does_not_expire_tells_no_expiry() -> None:
    got = out(submission(expiring(None)).payload).properties()
    assert (got.absolute_expiry_time, got.creation_time) == (None, SENT_AT)


def test_an_expiry_beyond_the_calendar_is_its_last_moment() -> None:
    got = out(submission(a_message()).payload, time_to_live=2**62).properties()
    assert got.absolute_expiry_time == 253_402_300_799_999


def test_a_life_that_a_header_cannot_hold_is_read_from_the_two_times_beside_it() -> None:
    """.NET writes the header's maximum for a longer life."""
    times = [timestamp(SENT_AT + 60 * DAY), timestamp(SENT_AT)]
    sent = a_message(
        section(SectionCode.HEADER, [None, None, uint(2**32 - 1)]),
        section(SectionCode.PROPERTIES, ["id", *[None] * 7, *times]),
    )
    assert submission(sent).time_to_live == 60 * DAY
    assert submission(expiring(uint(7))).time_to_live == 7, "the header is observed"
    assert submission(expiring(uint(2**32 - 1))).time_to_live == 2**32 - 1


def test_a_locked_message_tells_its_token_beside_the_clients_own_delivery_annotations() -> None:
    token = UUID(int=7)
    payload = submission(a_message(section(SectionCode.DELIVERY_ANNOTATIONS, {Symbol("hop"): b"kept"}))).payload
    pairs = out(payload, Lock(token.bytes_le, 7, 1_234)).delivery_annotation_pairs()
    assert {str(decode(key)[0]): decode(value)[0] for key, value in pairs} == {
        "x-opt-lock-token": token,
        "hop": b"kept",
    }
    assert [decode(key)[0] for key, _ in out(payload).delivery_annotation_pairs()] == ["hop"]


@pytest.mark.parametrize("body", [section(SectionCode.DATA, None), section(SectionCode.DATA, None) * 2])
def test_a_body_of_null_data_is_taken_and_kept(body: bytes) -> None:
    got = out(submission(body).payload)
    assert got.body() == b""
    assert got.from_body_on() == body


def test_a_time_to_live_beyond_what_a_header_tells_is_left_out() -> None:
    payload = submission(a_message()).payload
    assert out(payload, time_to_live=2**32 - 1).header().ttl == 2**32 - 1
    assert out(payload, time_to_live=2**32).header().ttl is None


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        (b"", None),
        (b"garbage", Condition.DECODE_ERROR),
        (a_message()[:-1], Condition.DECODE_ERROR),
        (a_message() * 2 + a_message(section(SectionCode.HEADER, [])), Condition.DECODE_ERROR),
        (a_message(section(SectionCode.HEADER, ["true"])), Condition.DECODE_ERROR),
        (a_message(section(SectionCode.PROPERTIES, ["x" * 129])), Condition.ARGUMENT_ERROR),
        (a_message(section(SectionCode.PROPERTIES, [[1]])), Condition.ARGUMENT_ERROR),
        (
            a_message(section(SectionCode.MESSAGE_ANNOTATIONS, {Symbol("x-opt-scheduled-enqueue-time"): "soon"})),
            Condition.ARGUMENT_ERROR,
        ),
        (
            a_message(
                section(SectionCode.MESSAGE_ANNOTATIONS, {Symbol("x-opt-scheduled-enqueue-time"): timestamp(2**62)})
            ),
            Condition.ARGUMENT_ERROR,
        ),
        (a_message(body=b"x" * 262_144), Condition.MESSAGE_SIZE_EXCEEDED),
    ],
)
def test_messages_that_cannot_be_are_refused_with_their_condition(data: bytes, condition: Condition | None) -> None:
    if condition is None:
        assert submission(data).message_id is None
        return
    with pytest.raises(AmqpError) as refusal:
        submission(data)
    assert refusal.value.condition == condition


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_raises_nothing_else(data: bytes) -> None:
    try:
        accepted = submission(data)
    except AmqpError:
        return
    assert len(out(accepted.payload).properties().message_id) == 32


def test_a_body_nested_without_end_is_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = Encoded(encode([deep]))
    with pytest.raises(AmqpError, match="deep"):
        submission(section(SectionCode.VALUE, deep))
