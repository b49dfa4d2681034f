"""A client that speaks the protocol by hand, well or badly."""

import socket
from types import TracebackType
from typing import Any

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, uint, ushort
from local_azure.amqp.frames import AMQP_HEADER, SASL_HEADER, FrameType, build
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.values import Described, Symbol

_SECONDS = 10.0


class Raw:
    """A TCP connection to a port of the broker."""

    def __init__(self, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=_SECONDS)
        self._data = b""
        self._window = 5_000

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.socket.sendall(data)

    def frame(self, code: Code, fields: list[Any], payload: bytes = b"", channel: int = 0) -> None:
        """A performative."""
        self.send(build(channel, performative(code, fields) + payload))

    def exactly(self, count: int) -> bytes:
        """So many bytes. Raises EOFError if the broker hangs up before."""
        while len(self._data) < count:
            try:
                more = self.socket.recv(65_536)
            except ConnectionResetError:
                more = b""
            if not more:
                raise EOFError
            self._data += more
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def next(self) -> tuple[int, list[Any]]:
        """The next performative: its code and its fields."""
        while True:
            size = int.from_bytes(self.exactly(4), "big")
            rest = self.exactly(size - 4)
            if size > 8:
                value, _ = decode(rest[4:])
                return value.descriptor, value.value

    def until(self, code: Code) -> list[Any]:
        """The fields of the next performative of one kind."""
        while True:
            kind, fields = self.next()
            if kind == code:
                return fields

    def ended(self) -> bool:
        """True if the broker hangs up, whatever it still says."""
        try:
            while True:
                self.next()
        except EOFError:
            return True
        except TimeoutError:
            return False

    def open(self, **fields: Any) -> "Raw":
        """Shake hands as an SDK does, and begin a session."""
        self.send(SASL_HEADER)
        assert self.exactly(8) == SASL_HEADER
        self.next()
        self.send(build(0, described(0x41, [Symbol("ANONYMOUS"), None, None]), FrameType.SASL))
        assert self.next() == (0x44, [0, None])
        self.send(AMQP_HEADER)
        assert self.exactly(8) == AMQP_HEADER
        idle = fields.get("idle_time_out")
        self._window = fields.get("window", self._window)
        self.frame(Code.OPEN, ["raw", None, uint(65_536), ushort(100), idle, None, None, None, None, None])
        self.frame(Code.BEGIN, [None, uint(0), uint(self._window), uint(1_000), uint(255)])
        self.until(Code.BEGIN)
        return self

    def attach_sender(self, address: str, handle: int = 0) -> list[Any]:
        """Attach a link to send over; the broker's attach."""
        termini = [described(0x28, []), described(0x29, [address])]
        link = [f"sender-{handle}", uint(handle), False, None, None]
        self.frame(Code.ATTACH, [*link, *termini, None, None, uint(0)])
        return self.until(Code.ATTACH)

    def attach_receiver(self, address: str, handle: int = 0, selector: Any = None, **link: Any) -> list[Any]:
        """Attach a link to receive over; the broker's attach."""
        filters = None if selector is None else {Symbol("apache.org:selector-filter:string"): selector}
        source = described(0x28, [address, None, None, None, None, None, None, filters])
        name = link.get("name", f"receiver-{handle}")
        target = described(0x29, [link.get("target")])
        fields = [name, uint(handle), True, link.get("sender_settles"), None, source, target, None, None, None]
        self.frame(Code.ATTACH, [*fields, None, None, None, link.get("properties")])
        return self.until(Code.ATTACH)

    def credit(self, count: int, handle: int = 0, drain: bool = False) -> None:
        """Ask for messages."""
        windows = [uint(0), uint(self._window), uint(0), uint(5_000)]
        self.frame(Code.FLOW, [*windows, uint(handle), uint(0), uint(count), None, drain])

    def transfer(self, message: bytes, handle: int = 0, more: bool = False, number: int = 0) -> None:
        """Send a message or a part of one."""
        self.frame(Code.TRANSFER, [uint(handle), uint(number), b"t", uint(0), False, more], message)

    def outcome(self) -> Described:
        """The broker's decision about the next delivery."""
        return self.until(Code.DISPOSITION)[4]


def event(body: bytes, *sections: tuple[int, Any]) -> bytes:
    """An encoded message: any sections, then the body."""
    return b"".join(described(code, value) for code, value in sections) + described(0x75, body)


def condition(error: Any) -> str:
    """The condition of an error field."""
    assert isinstance(error, Described)
    return str(error.value[0])


def selector(text: str) -> Described:
    """A filter as JavaScript writes it: with the 64-bit descriptor, which the broker must echo."""
    return Described(0x0000_468C_0000_0004, text)
