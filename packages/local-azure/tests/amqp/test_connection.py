"""The protocol without a socket: bytes in, bytes out, and an end that gives everything back."""

import pytest

from local_azure.amqp.budget import Budgets
from local_azure.amqp.encode import described, int32, uint, ulong
from local_azure.amqp.frames import AMQP_HEADER, SASL_HEADER, FrameReader, FrameType, build
from local_azure.amqp.handshake import Agreement, Handshake, UnwelcomeError
from local_azure.amqp.limits import MAX_SESSIONS_OF_A_PORT
from local_azure.amqp.outcomes import ACCEPTED, Accepted
from local_azure.amqp.outgoing_link import SELECTOR, SESSION
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.values import Described, Symbol
from tests.amqp.by_hand import ByHand, Recorder
from tests.amqp.raw import condition, event

SASL_INIT = build(0, described(0x41, [Symbol("ANONYMOUS"), None, None]), FrameType.SASL)
OPEN = build(0, performative(Code.OPEN, ["me", None, uint(8_192), None, uint(60_000)]))


@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_a_handshake_ends_with_what_the_client_asked_for_however_its_bytes_are_cut(step: int):
    answers: list[bytes] = []
    handshake, reader = Handshake("broker", answers.append), FrameReader()
    data = SASL_HEADER + SASL_INIT + AMQP_HEADER + OPEN
    agreements: list[Agreement | None] = []
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
        agreements.append(handshake.advance(reader))
    assert agreements[-1] == Agreement(frame_bytes=8_192, heartbeat_seconds=30.0, client="")
    assert not any(agreements[:-1])
    assert [answer[:8] for answer in answers[:1]] == [SASL_HEADER]
    assert AMQP_HEADER in answers


def test_a_client_that_speaks_another_protocol_is_told_ours():
    answers: list[bytes] = []
    reader = FrameReader()
    reader.feed(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(UnwelcomeError, match="AMQP"):
        Handshake("broker", answers.append).advance(reader)
    assert answers == [AMQP_HEADER]


def test_an_open_that_asks_for_the_impossible_is_answered_with_open_and_close():
    client = ByHand(Recorder())
    client.connection.receive(AMQP_HEADER)
    client.said.bytes()
    client.frame(Code.OPEN, ["me", None, uint(100)])
    (opened, _), (closed, fields) = client.said.performatives()
    assert (opened, closed) == (Code.OPEN, Code.CLOSE)
    assert condition(fields[0]) == "amqp:invalid-field"


def test_a_message_reaches_the_node_and_its_acceptance_the_client():
    node = Recorder()
    client = ByHand(node).open()
    client.attach(0, receiver=False)
    client.said.bytes()
    client.frame(Code.TRANSFER, [uint(0), uint(7), b"t", uint(0), False, True], event(b"whole")[:4])
    assert node.messages == []
    client.frame(Code.TRANSFER, [uint(0), uint(7), b"t", uint(0), False, False], event(b"whole")[4:])
    assert node.messages == [event(b"whole")]
    ((code, fields),) = client.said.performatives()
    assert (code, fields[:4]) == (Code.DISPOSITION, [True, 7, 7, True])


def test_a_disposition_about_a_range_reaches_the_link_of_each_delivery():
    node = Recorder()
    client = ByHand(node).open()
    for handle in (0, 1):
        client.attach(handle, receiver=True)
        client.frame(
            Code.FLOW, [uint(0), uint(5_000), uint(0), uint(5_000), uint(handle), uint(0), uint(10), None, False]
        )
    for number, link in enumerate((node.links[0], node.links[1], node.links[0])):
        link.send(bytes((number,)), event(b"x"), settled=False)
    client.frame(Code.DISPOSITION, [True, uint(0), uint(2), True, ACCEPTED])
    assert [(each.delivery_id, each.tag) for each in node.settlements] == [(0, b"\0"), (1, b"\1"), (2, b"\2")]
    assert all(each.outcome == Accepted() for each in node.settlements)
    client.said.bytes()
    client.frame(Code.DISPOSITION, [True, uint(0), uint(2), False, ACCEPTED])
    assert len(node.settlements) == 3, "what is settled is not settled again"


def test_a_client_that_is_lost_gives_its_links_back():
    node = Recorder()
    client = ByHand(node).open()
    client.attach(0, receiver=True)
    client.attach(1, receiver=False)
    client.connection.lost()
    assert node.detached == 2
    assert not client.connection.opened


def test_an_error_of_one_session_leaves_the_others():
    node = Recorder()
    client = ByHand(node).open()
    client.frame(Code.BEGIN, [None, uint(0), uint(5_000), uint(5_000)], channel=1)
    client.attach(0, receiver=False, channel=1)
    client.said.bytes()
    client.frame(Code.TRANSFER, [uint(99), uint(0), b"t"])
    ((code, fields),) = client.said.performatives()
    assert (code, condition(fields[0])) == (Code.END, "amqp:session:unattached-handle")
    client.frame(Code.TRANSFER, [uint(0), uint(0), b"t", uint(0), True], event(b"x"), channel=1)
    assert node.messages == [event(b"x")]


def test_a_filter_is_what_its_descriptor_says_whatever_its_name():
    node = Recorder()
    client = ByHand(node).open()
    filters = {
        Symbol("jms-selector"): Described(0x0000_468C_0000_0004, "one"),
        Symbol("mine"): Described(Symbol("com.microsoft:session-filter"), "two"),
        Symbol("other"): Described(0x1234, "three"),
    }
    source = described(0x28, ["anything", None, None, None, None, None, None, filters])
    client.frame(Code.ATTACH, ["reader", uint(0), True, None, None, source, described(0x29, [None])])
    assert node.links[0].filters == {SELECTOR: "one", SESSION: "two", "other": "three"}


def test_a_state_that_is_sent_back_is_the_one_that_came():
    client = ByHand(Recorder()).open()
    state = described(0x27, [True, None, {Symbol("tries"): int32(3)}])
    client.said.bytes()
    client.frame(Code.DISPOSITION, [True, uint(5), uint(5), False, state])
    assert state in client.said.bytes()


def test_a_connection_has_as_many_sessions_and_links_as_on_azure():
    client = ByHand(Recorder())
    client.connection.receive(AMQP_HEADER)
    client.said.bytes()
    client.frame(Code.OPEN, ["me", None, uint(65_536)])
    ((_, opened),) = client.said.performatives()
    assert opened[3] == 4_999
    for channel in range(5_000):
        client.frame(Code.BEGIN, [None, uint(0), uint(100), uint(100)], channel=channel)
        client.attach(0, receiver=False, channel=channel)
    assert client.connection.opened
    client.said.bytes()
    client.frame(Code.BEGIN, [None, uint(0), uint(100), uint(100)], channel=5_000)
    assert client.said.performatives()[-1][0] == Code.CLOSE


def test_the_sessions_of_all_connections_together_are_limited():
    budgets = Budgets()
    crowd = [ByHand(Recorder(), budgets) for _ in range(10)]
    for client in crowd:
        client.open()
    crowd[0].connection.lost()
    budgets.sessions.hold(MAX_SESSIONS_OF_A_PORT - 9)
    crowd[1].said.bytes()
    crowd[1].frame(Code.BEGIN, [None, uint(0), uint(100), uint(100)], channel=1)
    ((code, fields),) = crowd[1].said.performatives()
    assert (code, condition(fields[0])) == (Code.CLOSE, "amqp:resource-limit-exceeded")
    budgets.sessions.hold(1)


def test_a_frame_that_cannot_be_read_closes_the_connection():
    client = ByHand(Recorder()).open()
    client.said.bytes()
    client.frame(Code.FLOW, [ulong(1)])
    ((code, fields),) = client.said.performatives()
    assert (code, condition(fields[0])) == (Code.CLOSE, "amqp:invalid-field")
    assert not client.connection.opened
