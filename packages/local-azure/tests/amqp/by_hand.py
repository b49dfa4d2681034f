"""A connection without a socket: bytes are put in by hand, and what it answers is read from a list."""

from typing import Any

from local_azure.amqp.budget import Budgets
from local_azure.amqp.connection import Connection
from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, uint
from local_azure.amqp.frames import AMQP_HEADER, FrameReader, build
from local_azure.amqp.incoming_link import Delivery, IncomingLink
from local_azure.amqp.node import Node
from local_azure.amqp.outcomes import stated
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.values import Encoded


class Said:
    """The output of a connection: what it said, performative by performative."""

    def __init__(self) -> None:
        self.congested_since: float | None = None
        self.hung_up = False
        self._data = b""

    def put(self, data: bytes) -> None:
        self._data += data

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        self.hung_up = True

    def bytes(self) -> bytes:
        """Everything since the last call, as it is."""
        data, self._data = self._data, b""
        return data

    def performatives(self) -> list[tuple[int, list[Any]]]:
        """Code and fields of every performative since the last call."""
        reader = FrameReader()
        reader.feed(self.bytes())
        values: list[tuple[int, list[Any]]] = []
        while frame := reader.frame():
            value, _ = decode(frame.body)
            values.append((value.descriptor, value.value))
        return values


class Recorder:
    """A node that takes everything and keeps it."""

    container_id = "recorder"
    max_message_bytes = 1_000_000

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.settlements: list[Settlement] = []
        self.links: list[OutgoingLink] = []
        self.detached = 0
        self.keeps_answers = False
        """True if it accepts messages only when `answer` is called, as after a commit."""
        self._deliveries: list[Delivery] = []

    def attach_sender(self, link: IncomingLink) -> "Recorder":
        return self

    def attach_receiver(self, link: OutgoingLink) -> "Recorder":
        self.links.append(link)
        return self

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        return stated(state)

    def on_message(self, delivery: Delivery) -> None:
        self.messages.append(delivery.message)
        self._deliveries.append(delivery)
        if not self.keeps_answers:
            self.answer()

    def answer(self) -> None:
        """Accept what has come."""
        while self._deliveries:
            self._deliveries.pop().accept()

    def on_flow(self, drain: bool) -> None:
        """It sends when the test says so."""

    def on_disposition(self, settlement: Settlement) -> None:
        self.settlements.append(settlement)

    def on_detach(self) -> None:
        self.detached += 1


class ByHand:
    """One client of a node, without a socket and without an event loop."""

    def __init__(self, node: Node, budgets: Budgets | None = None) -> None:
        self.said = Said()
        self.connection = Connection(node, self.said, budgets or Budgets(), "by hand")

    def frame(self, code: Code, fields: list[Any], payload: bytes = b"", channel: int = 0) -> None:
        """Put a performative in."""
        self.connection.receive(build(channel, performative(code, fields) + payload))

    def open(self, channel: int = 0) -> "ByHand":
        """Open without SASL, and begin a session."""
        self.connection.receive(AMQP_HEADER)
        self.frame(Code.OPEN, ["by hand", None, uint(65_536)])
        assert self.said.bytes().startswith(AMQP_HEADER)
        self.frame(Code.BEGIN, [None, uint(0), uint(5_000), uint(5_000)], channel=channel)
        return self

    def attach(self, handle: int, *, receiver: bool, channel: int = 0) -> None:
        """Attach a link."""
        source, target = described(0x28, ["anything"]), described(0x29, ["anything"])
        self.frame(Code.ATTACH, [f"link-{handle}", uint(handle), receiver, None, None, source, target], channel=channel)
