"""An event is read alike by Capture, by triggers and by the stream job, whatever types its properties and body have."""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
import io
import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import fastavro
import pytest
from azure.eventhub import EventData
from azure.eventhub._pyamqp import _decode
from azure.storage.blob import ContainerClient
from hypothesis import given

from local_azure.amqp.bodies import body_of, json_text, received_body
from local_azure.amqp.encode import array, described, encode
from local_azure.amqp.message import Message, map_section, pair
from local_azure.amqp.sdk_events import read_event
from local_azure.amqp.sdk_types import complete
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import DecimalBits, Encoded
from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.event_hubs.capture.container import PARSED
from local_azure.event_hubs.capture.encoding import encoded
from local_azure.event_hubs.events import accept_event, stamp
from local_azure.testing.parts import running
from local_azure.testing.stream_job import QueueReceiver
from tests.amqp.raw import Raw
from tests.amqp.wire_values import wire_values
from tests.data import ENTITIES, STREAM_PROJECT
from tests.functions_host.hosting import APPS, host, journal, until

complete("azure.eventhub")
SPEED = 300
TILL = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
TWELVE_FIFTY = bytes.fromhex("303c00000000000000000000000004e2")
"""12.50, in 128 bits."""
KEPT: dict[str, tuple[bytes, Any, Any]] = {
    "null": (b"\x40", None, None),
    "true": (b"\x41", "True", True),
    "boolean": (b"\x56\x00", "False", False),
    "ubyte": (b"\x50\xff", 255, 255),
    "byte": (b"\x51\xff", -1, -1),
    "ushort": (b"\x60\xff\xff", 65_535, 65_535),
    "short": (b"\x61\xff\xff", -1, -1),
    "uint": (b"\x70\xff\xff\xff\xff", 4_294_967_295, 4_294_967_295),
    "smalluint": (b"\x52\x07", 7, 7),
    "uint0": (b"\x43", 0, 0),
    "int": (b"\x71\xff\xff\xff\xff", -1, -1),
    "smallint": (b"\x54\xff", -1, -1),
    "ulong": (b"\x80" + b"\xff" * 8, str(2**64 - 1), 2**64 - 1),
    "smallulong": (b"\x53\x07", 7, 7),
    "ulong0": (b"\x44", 0, 0),
    "long": (b"\x81" + b"\xff" * 8, -1, -1),
    "smalllong": (b"\x55\xff", -1, -1),
    "float": (b"\x72" + struct.pack(">f", 0.5), 0.5, 0.5),
    "double": (b"\x82" + struct.pack(">d", 0.1), 0.1, 0.1),
    "decimal32": (b"\x74\xb1\x80\x00\x01", "-0.01", -0.01),
    "decimal64": (b"\x84\x31\xc0" + bytes(4) + b"\x04\xe2", "1250", 1250),
    "decimal128": (b"\x94" + TWELVE_FIFTY, "12.50", 12.5),
    "char": (b"\x73\x00\x00\x00\xdf", "ß", "ß"),
    "timestamp": (b"\x83" + struct.pack(">q", 1_709_251_198_123), 1_709_251_198_123, "2024-02-29T23:59:58.123Z"),
    "uuid": (b"\x98" + TILL.bytes, str(TILL), str(TILL)),
    "binary": (b"\xa0\x02\xff\x00", b"\xff\x00", "/wA="),
    "string": (b"\xb1\x00\x00\x00\x02\xc3\x9f", "ß", "ß"),
    "symbol": (b"\xa3\x01s", "s", "s"),
    "list": (encode([1, "a"]), encode([1, "a"]), [1, "a"]),
    "map": (encode({"a": 2**63}), encode({"a": 2**63}), {"a": 2**63}),
    "array": (array(0x81, "q", [1, -2]), encode([1, -2]), [1, -2]),
    "array of nothing": (b"\xe0\x02\x00\x81", encode([]), []),
    "array of decimals": (b"\xe0\x06\x01\x74\xb1\x80\x00\x01", encode([DecimalBits(b"\xb1\x80\x00\x01")]), [-0.01]),
    "described": (b"\x00\xa3\x01d\x94" + TWELVE_FIFTY, b"\x00\xa3\x01d\x94" + TWELVE_FIFTY, 12.5),
}
"""Values on the wire, as properties in Capture's file, and in a trigger's metadata."""


def with_property(value: bytes, body: bytes = b"x") -> bytes:
    """An event with a property of this encoding."""
    section = map_section(SectionCode.APPLICATION_PROPERTIES, [(pair("p", "")[0], value)])
    return section + described(SectionCode.DATA, body)


def read_back(message: bytes) -> Iterator[EventData]:
    """The event as our reader gives it and as the SDK's does."""
    yield read_event(message)
    yield EventData._from_message(_decode.decode_payload(memoryview(message)))


@given(wire_values)
def test_a_property_of_any_type_is_accepted_captured_and_read_alike(value: bytes):
    stored = stamp(accept_event(with_property(value)), None, 7, 4_096, 5)
    assert encoded(7, stored)
    expected = json_text(Message(stored).application_properties())
    assert [json_text(event.properties or {}) for event in read_back(stored)] == [expected] * 2


@given(wire_values)
def test_a_body_of_any_type_is_accepted_captured_and_read_alike(value: bytes):
    stored = stamp(accept_event(described(SectionCode.VALUE, Encoded(value))), None, 7, 4_096, 5)
    row = cast(Any, fastavro.schemaless_reader(io.BytesIO(encoded(7, stored)), PARSED, None))
    assert row["Body"] == body_of(Message(stored))
    assert [received_body(event) for event in read_back(stored)] == [row["Body"]] * 2


def sale(name: str, discount: Any = 60) -> dict[str, Any]:
    return {"id": name, "event_type": "sale_event", "discount": discount, "priority_shipping": True, "store_id": 1}


BODIES = {
    "a map": described(SectionCode.VALUE, sale("a map")),
    "a map with a decimal": described(
        SectionCode.VALUE, sale("a map with a decimal", DecimalBits(bytes.fromhex("303c0000000000000000000000001f40")))
    ),
    "a text": described(SectionCode.VALUE, json.dumps(sale("a text"))),
    "a binary": described(SectionCode.VALUE, json.dumps(sale("a binary")).encode()),
    "a described map": described(SectionCode.VALUE, Encoded(b"\x00\xa3\x01d" + encode(sale("a described map")))),
    "a sequence": described(SectionCode.SEQUENCE, [sale("a sequence")]),
    "a map with an array": described(
        SectionCode.VALUE, {"of": Encoded(b"\xe0\x06\x00\x00\xa3\x01d\x81"), **sale("a map with an array")}
    ),
    "two sections": described(SectionCode.DATA, b'{"id": "two')
    + described(SectionCode.DATA, json.dumps(sale(" sections")).partition('"id": "')[2].encode()),
}
"""Bodies of every kind, each of which holds a sale that the job flags."""


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_it_is_so_from_a_client_to_the_file_the_function_and_the_queue(tmp_path: Path):
    names = [*KEPT, *BODIES]
    messages = [with_property(value, json.dumps(sale(name)).encode()) for name, (value, *_) in KEPT.items()]
    now = time.time()
    settings = {SETTING: Clock(now, now, SPEED).setting()}
    with running("azurite", "--port", "0", state=tmp_path / "azurite") as azurite:
        storage = connections.blobs(azurite.address("blob"))
        entities = [str(ENTITIES / f"{service}.json") for service in ("event-hubs", "service-bus")]
        options = ["--event-hubs-config", entities[0], "--service-bus-config", entities[1]]
        capture = ["--capture-connection", storage, "--capture-interval", "60", "--capture-skip-empty"]
        with running("amqp", *options, *capture, state=tmp_path / "amqp", settings=settings) as broker:
            settings |= {
                "AzureWebJobsStorage": storage,
                "EventHubs": connections.namespace(broker.address("event-hubs")),
                "ServiceBus": connections.namespace(broker.address("service-bus")),
                **{"HUB": "store-events", "QUEUE": "unused", "JOURNAL": str(tmp_path / "journal")},
            }
            with Raw(broker.address("event-hubs")).open() as client:
                client.attach_sender("store-events/Partitions/0")
                for number, message in enumerate([*messages, *BODIES.values()]):
                    client.transfer(message, number=number)
                    assert client.outcome().descriptor == 0x24
            job = ["--project", str(STREAM_PROJECT), "--blob-connection", "AzureWebJobsStorage"]
            with (
                running("stream_analytics", *job, state=tmp_path / "job", settings=settings),
                host(APPS / "brokers", tmp_path / "functions", settings),
            ):
                rows = QueueReceiver(settings["ServiceBus"], "suspicious-windows").wait(len(names))
                until(lambda: len(journal(tmp_path / "journal", "one")) == len(names))
                file = until(lambda: _records(storage))

    assert sorted(name for _, row in rows for name in row["ids"]) == sorted(names)
    notes = journal(tmp_path / "journal", "one")
    assert [note["body"].encode() for note in notes] == [record["Body"] for record in file]
    kept = list(KEPT.values())
    assert [note["properties"].get("p") for note in notes][: len(kept)] == [there for _, _, there in kept]
    assert [record["Properties"].get("p") for record in file][: len(kept)] == [captured for _, captured, _ in kept]
    assert [json.loads(each)["id"] for each in _sales(file)] == names


def _records(storage: str) -> list[dict[str, Any]]:
    """The captured records of the only partition that has any, once there are some."""
    with ContainerClient.from_connection_string(storage, "capture") as container:
        blobs = sorted(blob.name for blob in container.list_blobs()) if container.exists() else []
        read = [fastavro.reader(io.BytesIO(container.download_blob(blob).readall())) for blob in blobs]
    return [cast("dict[str, Any]", record) for each in read for record in each]


def _sales(file: list[dict[str, Any]]) -> list[bytes]:
    return [record["Body"].removeprefix(b"[").removesuffix(b"]") for record in file]
