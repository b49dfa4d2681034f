"""A message as a broker sees it: what it needs decoded, the rest as bytes."""

from typing import Any, cast

import msgspec

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, encode, encode_map
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.sections import Section, SectionCode, data_parts, sections
from local_azure.amqp.spans import pairs
from local_azure.amqp.values import Encoded

Map = dict[Any, Any]


class Header(msgspec.Struct, array_like=True, frozen=True):
    """The sender's wishes for the delivery. `ttl` is in milliseconds."""

    durable: bool | None = None
    priority: int | None = None
    ttl: int | None = None
    first_acquirer: bool | None = None
    delivery_count: int | None = None


class Properties(msgspec.Struct, array_like=True, frozen=True):
    """The properties that never change on the way. Times are in milliseconds since 1970."""

    message_id: Any = None
    user_id: bytes | None = None
    to: Any = None
    subject: str | None = None
    reply_to: Any = None
    correlation_id: Any = None
    content_type: str | None = None
    content_encoding: str | None = None
    absolute_expiry_time: int | None = None
    creation_time: int | None = None
    group_id: str | None = None
    group_sequence: int | None = None
    reply_to_group_id: str | None = None


class Message:
    """An encoded message and its sections; each part is decoded when it is asked for.

    Everything raises DecodeError if the part is malformed.
    """

    __slots__ = ("_by_code", "_values", "data", "sections")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sections = sections(data)
        self._by_code: dict[int, Section] = {section.code: section for section in self.sections}
        self._values: dict[int, Any] = {}

    def section(self, code: SectionCode) -> Section | None:
        """Where a section lies, if there is one; for a body of several sections the last."""
        return self._by_code.get(code)

    def header(self) -> Header:
        """The header, with nulls for what it does not say."""
        return self._struct(SectionCode.HEADER, Header)

    def properties(self) -> Properties:
        """The properties, with nulls for what they do not say."""
        return self._struct(SectionCode.PROPERTIES, Properties)

    def annotations(self) -> Map:
        """The message annotations; keys are symbols."""
        return self._map(SectionCode.MESSAGE_ANNOTATIONS)

    def application_properties(self) -> Map:
        """The properties that the sender's program has set; keys are strings."""
        return self._map(SectionCode.APPLICATION_PROPERTIES)

    def annotation_pairs(self) -> list[tuple[bytes, bytes]]:
        """The message annotations as encoded keys and values, to pass them on unchanged."""
        return self._pairs(SectionCode.MESSAGE_ANNOTATIONS)

    def delivery_annotation_pairs(self) -> list[tuple[bytes, bytes]]:
        """The delivery annotations as encoded keys and values."""
        return self._pairs(SectionCode.DELIVERY_ANNOTATIONS)

    def application_property_pairs(self) -> list[tuple[bytes, bytes]]:
        """The application properties as encoded keys and values."""
        return self._pairs(SectionCode.APPLICATION_PROPERTIES)

    def value(self) -> Any:
        """The body, if it is a value; None if it is data or a sequence."""
        return self._decoded(SectionCode.VALUE)

    def encoded_value(self) -> Encoded:
        """The body as it is encoded, if it is a value; else an encoded null."""
        section = self._by_code.get(SectionCode.VALUE)
        return Encoded(self.data[section.value : section.end] if section else b"\x40")

    def parts(self) -> list[bytes]:
        """The bytes of each data section: of a batch, its messages."""
        return data_parts(self.data, self.sections)

    def body(self) -> bytes:
        """The data sections, one after the other."""
        return b"".join(self.parts())

    def from_properties_on(self) -> bytes:
        """Everything that a broker passes on byte for byte: properties, application properties, body, footer."""
        return self._bytes_from(SectionCode.PROPERTIES)

    def from_body_on(self) -> bytes:
        """The body and the footer, byte for byte."""
        return self._bytes_from(SectionCode.DATA)

    def validate(self) -> None:
        """Decode everything but the body, so that no receiver meets what it cannot read. Raises DecodeError."""
        for code in self._by_code:
            self.validate_section(SectionCode(code))

    def validate_section(self, code: SectionCode) -> None:
        """The same for the sections of one kind."""
        match code:
            case SectionCode.HEADER:
                self.header()
            case SectionCode.PROPERTIES:
                self.properties()
            case SectionCode.DATA:
                self.body()
            case SectionCode.SEQUENCE | SectionCode.VALUE:
                self._decoded(code)
            case _:
                self._map(code)

    def _decoded(self, code: int) -> Any:
        """The value of a section, decoded once: a broker validates a message and then reads it."""
        if code not in self._values:
            section = self._by_code.get(code)
            self._values[code] = None if section is None else decode(self.data, section.value)[0]
        return self._values[code]

    def _bytes_from(self, code: SectionCode) -> bytes:
        return b"".join([self.data[section.start : section.end] for section in self.sections if section.code >= code])

    def _struct(self, code: SectionCode, kind: type[Any]) -> Any:
        value = self._decoded(code)
        try:
            return kind() if value is None else msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise DecodeError(f"{code.name.lower()}: {error}") from error

    def _map(self, code: SectionCode) -> Map:
        value = self._decoded(code)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise DecodeError(f"{code.name.lower()} are not a map")
        items = cast(Map, value)
        if not all(isinstance(key, str) for key in items):
            raise DecodeError(f"{code.name.lower()} have a key that is not text")
        return items

    def _pairs(self, code: SectionCode) -> list[tuple[bytes, bytes]]:
        section = self._by_code.get(code)
        if section is None or not self._map(code):
            return []
        return pairs(self.data, section.value)


def map_section(code: SectionCode, pairs: list[tuple[bytes, bytes]]) -> bytes:
    """A section that is a map of encoded keys and values."""
    return described(code, Encoded(encode_map(pairs)))


def pair(key: Any, value: Any) -> tuple[bytes, bytes]:
    """A key and a value of a map, encoded."""
    return encode(key), encode(value)


def value_message(properties: list[Any], application_properties: Map, body: Any) -> bytes:
    """A message whose body is one value, as management replies are. `properties` are the thirteen of the section."""
    return (
        described(SectionCode.PROPERTIES, properties)
        + described(SectionCode.APPLICATION_PROPERTIES, application_properties)
        + described(SectionCode.VALUE, body)
    )
