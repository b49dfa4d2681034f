"""A client that does what it must not is answered in AMQP's own words or with a hang-up; the others are served on."""

import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, timestamp, uint, ushort
from local_azure.amqp.frames import AMQP_HEADER, SASL_HEADER, FrameType, build
from local_azure.amqp.performatives import Code
from local_azure.amqp.values import Symbol
from local_azure.testing.parts import Part
from tests.amqp.raw import Raw, condition, event, selector

pytestmark = pytest.mark.slow

READ = "store-events/ConsumerGroups/$Default/Partitions/3"
SEND = "store-events/Partitions/3"


@pytest.fixture
def address(broker: Part) -> Iterator[str]:
    """The broker's port; after the test it must still serve, within bounded memory."""
    where = broker.address("event-hubs")
    before = _memory(broker)
    yield where
    with Raw(where).open() as other:
        other.attach_sender(SEND)
        other.transfer(event(b"still served"))
        assert other.outcome().descriptor == 0x24
    assert _memory(broker) - before < 64_000_000


def _memory(broker: Part) -> int:
    """The broker's resident memory in bytes."""
    with open(f"/proc/{broker.pid}/statm") as file:  # noqa: PTH123 - not a file on disk
        return int(file.read().split()[1]) * 4_096


@pytest.mark.parametrize(
    "header", [b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x00\x00\x09\x01", b"\x16\x03\x01\x02\x00\x01\x00\x01"]
)
def test_another_protocol_is_told_ours_and_hung_up_on(address: str, header: bytes):
    with Raw(address) as client:
        client.send(header)
        assert client.exactly(8) == AMQP_HEADER
        assert client.ended()


def test_an_unknown_sasl_mechanism_is_refused(address: str):
    with Raw(address) as client:
        client.send(SASL_HEADER)
        client.exactly(8)
        client.next()
        client.send(build(0, described(0x41, [Symbol("EXTERNAL"), None, None]), FrameType.SASL))
        assert client.next() == (0x44, [1, None])
        assert client.ended()


@pytest.mark.parametrize("size", [0, 7, 65_537, 0xFFFF_FFFF])
def test_a_frame_of_impossible_size_closes_the_connection(address: str, size: int):
    with Raw(address).open() as client:
        client.send(struct.pack(">IBBH", size, 2, 0, 0))
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:connection:framing-error"


def test_a_frame_that_points_outside_itself_closes_the_connection(address: str):
    with Raw(address).open() as client:
        client.send(struct.pack(">IBBH", 12, 200, 0, 0) + b"\0\0\0\0")
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:connection:framing-error"


@pytest.mark.parametrize(
    "body",
    [
        b"\x00" * 200,
        b"\x00\x53\x14" + b"\xc0\x02\x01" * 100,
        b"\x00\x53\x10\xd0\x00\x00\x00\x04\xff\xff\xff\xff",
        b"\x00\x53\x13\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40",
        b"\x00\x53\x14\xd0\xff\xff\xff\xff\x00\x00\x00\x01\x40",
        b"\x00\x53\x10\xc0\x05\x01\xa1\x02\xff\xfe",
        b"\x00\x53\x99\x45",
        b"\x40",
        bytes(range(256)),
    ],
    ids=["nested descriptors", "nested lists", "huge list", "huge array", "huge size", "bad UTF-8", "no performative",
         "no description", "noise"],
)  # fmt: skip
def test_a_body_that_cannot_be_decoded_closes_the_connection(address: str, body: bytes):
    with Raw(address).open() as client:
        client.send(build(0, body))
        assert condition(client.until(Code.CLOSE)[0]) in ("amqp:decode-error", "amqp:invalid-field")


def test_fields_of_the_wrong_type_close_the_connection(address: str):
    with Raw(address).open() as client:
        client.frame(Code.FLOW, ["one", 2, 3, 4])
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:invalid-field"


def test_a_message_without_end_is_cut_off_without_being_held(address: str):
    with Raw(address).open() as client:
        client.attach_sender(SEND)
        part = b"\x00\x53\x75\xb0\x7f\xff\xff\xff" + b"x" * 60_000
        for _ in range(16_777_216 // len(part) + 1):
            client.transfer(part, more=True)
        assert condition(client.until(Code.DETACH)[2]) == "amqp:link:message-size-exceeded"
        # Only the link is gone: another one can be attached on the same session.
        client.attach_sender(SEND, handle=1)


def test_unfinished_messages_of_all_links_together_are_limited(address: str):
    """96 MB are on offer, on links that each stay below their limit."""
    with Raw(address).open() as client:
        for handle in range(100):
            client.frame(
                Code.ATTACH,
                [f"{handle}", uint(handle), False, None, None, described(0x28, []), described(0x29, [SEND])],
            )
        try:
            for handle in range(100):
                for _ in range(16):
                    client.transfer(b"x" * 60_000, handle, more=True)
        except OSError:
            return
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:resource-limit-exceeded"


@pytest.mark.parametrize(
    "address_of_node",
    ["", "/", "nope", "store-events/Partitions/4", "store-events/Partitions/-1", "store-events/Partitions/²",
     "$nonsense", "store-events/ConsumerGroups/nope/Partitions/0", "store-events/" + "x" * 30_000,
     "amqps://h/", "a/b/c/d/e/f/g"],
)  # fmt: skip
def test_a_link_to_nowhere_is_refused(address: str, address_of_node: str):
    with Raw(address).open() as client:
        answer = client.attach_receiver(address_of_node)
        assert answer[5] is None
        assert condition(client.until(Code.DETACH)[2]) in ("amqp:not-found", "com.microsoft:argument-out-of-range")


def test_a_selector_that_is_none_is_refused(address: str):
    with Raw(address).open() as client:
        client.attach_receiver(READ, selector=selector("amqp.annotation.x-opt-offset > '1' OR 1=1"))
        assert condition(client.until(Code.DETACH)[2]) == "com.microsoft:argument-error"


def test_the_filter_is_echoed_as_it_came(address: str):
    with Raw(address).open() as client:
        asked = selector("amqp.annotation.x-opt-offset > '@latest'")
        source = client.attach_receiver(READ, selector=asked)[5].value
        assert source[7] == {Symbol("apache.org:selector-filter:string"): asked}


def test_annotations_of_the_broker_cannot_be_forged(address: str):
    forged = {
        Symbol("x-opt-sequence-number"): 999_999,
        "x-opt-offset": "1",
        Symbol("x-opt-enqueued-time"): timestamp(0),
        Symbol("x-opt-mine"): "kept",
    }
    with Raw(address).open() as client:
        client.attach_sender(SEND)
        client.attach_receiver(READ, 1, selector("amqp.annotation.x-opt-offset > '@latest'"))
        client.credit(1, 1)
        client.transfer(event(b"forged", (0x70, [True]), (0x71, {Symbol("x"): 1}), (0x72, forged)))
        message = _received(client)
        annotations = {str(key): value for key, value in message[0x72].items()}
        assert annotations["x-opt-mine"] == "kept"
        assert annotations["x-opt-sequence-number"] < 999_999
        assert annotations["x-opt-offset"] != "1"
        assert annotations["x-opt-enqueued-time"] > 0
        assert set(message) == {0x72, 0x75}


def _received(client: Raw) -> dict[int, dict[object, int]]:
    while True:
        size = int.from_bytes(client.exactly(4), "big")
        rest = client.exactly(size - 4)[4:]
        value, end = decode(rest)
        if value.descriptor != Code.TRANSFER:
            continue
        sections: dict[int, dict[object, int]] = {}
        while end < len(rest):
            section, end = decode(rest, end)
            sections[section.descriptor] = section.value
        return sections


@pytest.mark.parametrize(
    "message",
    [b"", b"\x00", b"\x00\x53", b"\x00\x53\x75\xa0\xff",
     b"\x00\x53\x72\xd1\x00\x00\x00\x04\x7f\xff\xff\xff\x00\x53\x75\xa0\x00",
     event(b"x") + event(b"y", (0x74, {})), b"\x00\x00" * 50, event(b"x", (0x74, [1])), event(b"x", (0x72, {1: "a"})),
     event(b"x", (0x72, {Symbol("x-opt-partition-key"): "k" * 129}))],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_rejected_and_not_stored(address: str, message: bytes):
    with Raw(address).open() as client:
        client.attach_sender(SEND)
        client.transfer(message)
        outcome = client.outcome()
        assert outcome.descriptor == 0x25
        client.transfer(event(b"fine"), number=1)
        assert client.outcome().descriptor == 0x24


def test_a_client_that_does_not_read_costs_bounded_memory(address: str):
    with Raw(address).open() as writer:
        writer.attach_sender(SEND)
        for number in range(100):
            writer.transfer(event(b"x" * 60_000), number=number)
        for _ in range(100):
            writer.outcome()
        with ExitStack() as readers:
            for _ in range(20):
                reader = readers.enter_context(Raw(address))
                reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                reader.open(window=1_000_000)
                for handle in range(5):
                    reader.attach_receiver(READ, handle)
                for handle in range(5):
                    reader.credit(1_000_000, handle)
            # The writer, who does read, is served at once.
            writer.transfer(event(b"meanwhile"), number=100)
            assert writer.outcome().descriptor == 0x24


def test_a_client_that_asks_without_reading_is_not_read_from(address: str):
    with Raw(address).open() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.socket.settimeout(1.0)
        flow = build(
            0, described(0x13, [uint(0), uint(1), uint(0), uint(1), uint(0), uint(0), uint(0), None, False, True])
        )
        client.attach_receiver(READ)
        with pytest.raises(TimeoutError):
            client.send(flow * 400_000)


def test_connections_that_say_nothing_make_room_for_one_that_does(address: str):
    with ExitStack() as clients:
        silent = [clients.enter_context(Raw(address)) for _ in range(520)]
        with Raw(address).open() as client:
            client.attach_sender(SEND)
            client.transfer(event(b"served"))
            assert client.outcome().descriptor == 0x24
        assert silent[0].ended()


def test_too_many_open_connections_are_refused(address: str):
    with ExitStack() as clients:
        for _ in range(500):
            clients.enter_context(Raw(address)).open()
        assert clients.enter_context(Raw(address)).ended()


def test_too_many_sessions_links_and_handles_are_refused(address: str):
    with Raw(address).open() as client:
        client.frame(Code.ATTACH, ["x", uint(256), False])
        assert condition(client.until(Code.END)[0]) == "amqp:resource-limit-exceeded"
    with Raw(address).open() as client:
        client.frame(Code.BEGIN, [None, uint(0), uint(1), uint(1)], channel=5_000)
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:not-allowed"
    with Raw(address).open() as client:
        client.attach_sender(SEND)
        client.frame(Code.ATTACH, ["again", uint(0), False])
        assert condition(client.until(Code.END)[0]) == "amqp:session:handle-in-use"


def test_a_transfer_for_a_link_that_is_not_there_ends_the_session(address: str):
    with Raw(address).open() as client:
        client.transfer(event(b"x"), handle=9)
        assert condition(client.until(Code.END)[0]) == "amqp:session:unattached-handle"


def test_a_disposition_over_four_billion_deliveries_is_answered_at_once(address: str):
    with Raw(address).open() as client:
        client.frame(Code.DISPOSITION, [True, uint(0), uint(0xFFFF_FFFF), False, described(0x24, [])])
        assert client.until(Code.DISPOSITION)[:4] == [False, 0, 0xFFFF_FFFF, True]


def test_requests_without_a_place_for_the_reply_are_refused(address: str):
    with Raw(address).open() as client:
        client.attach_sender("$management")
        client.transfer(event(b"x"))
        outcome = client.outcome()
        assert condition(outcome.value[0]) == "amqp:not-allowed"


def test_a_client_with_a_senseless_idle_timeout_is_refused(address: str):
    with Raw(address) as client:
        client.send(AMQP_HEADER)
        client.exactly(8)
        client.frame(Code.OPEN, ["raw", None, uint(65_536), ushort(1), uint(1)])
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:invalid-field"


def test_a_client_is_sent_heartbeats_at_the_pace_it_asked_for(address: str):
    with Raw(address).open(idle_time_out=uint(1_000)) as client:
        assert client.exactly(8) == b"\x00\x00\x00\x08\x02\x00\x00\x00"


def test_a_large_frame_of_small_values_is_refused_before_it_is_built(address: str):
    many = b"\x40" * 65_000
    body = b"\x00\x53\x10" + b"\xf0" + struct.pack(">II", len(many) + 5, 0x00FF_FFFF) + b"\x40" + many
    with Raw(address).open() as client:
        client.send(build(0, body[:65_000]))
        assert condition(client.until(Code.CLOSE)[0]) == "amqp:decode-error"
