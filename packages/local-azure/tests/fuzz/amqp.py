"""Targets of the protocol: the decoder, the reader of messages, a connection without a socket."""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from local_azure.amqp.bodies import body_of, value_bytes
from local_azure.amqp.budget import Budgets
from local_azure.amqp.decode import decode
from local_azure.amqp.encode import array
from local_azure.amqp.errors import AmqpError, DecodeError
from local_azure.amqp.limits import MAX_SESSIONS_OF_A_PORT, PARTIAL_MESSAGE_BYTES
from local_azure.amqp.message import Message
from local_azure.amqp.spans import elements, skip
from local_azure.testing.chance import Chance
from local_azure.testing.fuzzing import Fuzzed, Try
from tests.amqp.by_hand import ByHand, Recorder
from tests.amqp.sdk_answers import alike
from tests.fuzz.amqp_inputs import ADDRESSES, conversation, encoded_value, message

_EMPTY_ARRAY = array(0x81, "q", [])


@contextmanager
def _types(_: Path) -> Generator[Try]:
    def read(chance: Chance) -> None:
        data = encoded_value(chance)
        try:
            value, end = decode(data)
        except DecodeError:
            pass
        else:
            assert 0 < end <= len(data)
            assert skip(data, 0, len(data)) == end, "decoder and skipper differ about the end"
            assert isinstance(value_bytes(value), bytes)
        try:
            elements(data)
        except DecodeError:
            return

    yield read


@contextmanager
def _messages(_: Path) -> Generator[Try]:
    def read(chance: Chance) -> None:
        data = message(chance)
        try:
            body_of(Message(data))
            Message(data).validate()
        except AmqpError:
            return
        # What a broker has validated, it and its receivers must be able to read.
        valid = Message(data)
        _ = valid.header(), valid.properties(), valid.annotations(), valid.application_properties(), valid.value()
        _ = valid.annotation_pairs(), valid.delivery_annotation_pairs(), valid.application_property_pairs()
        _ = valid.encoded_value(), valid.body(), valid.from_properties_on(), valid.from_body_on()
        assert isinstance(body_of(valid), bytes)
        # Behind an empty array the SDK takes the constructor of its elements for the next value.
        assert alike(data) or _EMPTY_ARRAY in data, "an event differs from the SDK's"

    yield read


@contextmanager
def _connections(_: Path) -> Generator[Try]:
    def talk(chance: Chance) -> None:
        node = Recorder()
        budgets = Budgets()
        client = ByHand(node, budgets)
        said = conversation(chance, ADDRESSES)
        pieces = sorted({0, len(said), *(chance.randrange(len(said)) for _ in range(chance.randrange(4)))})
        for start, end in pairwise(pieces):
            client.connection.receive(said[start:end])
        for link in node.links:
            if link.open and link.ready:
                link.send(b"tag", message(chance), settled=chance.one_in(2))
        client.connection.resume()
        answer = client.said.bytes()
        assert not answer or answer.startswith(b"AMQP")
        client.connection.lost()
        # Raises if what a lost client held is not given back.
        budgets.partial_messages.hold(PARTIAL_MESSAGE_BYTES)
        budgets.sessions.hold(MAX_SESSIONS_OF_A_PORT)

    yield talk


TARGETS = (
    Fuzzed("amqp-types", _types),
    Fuzzed("amqp-messages", _messages),
    Fuzzed("amqp-connections", _connections),
)
