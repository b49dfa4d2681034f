"""The events that all engines read, and what they must find in them."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARTITIONS = 4
BATCH = 1_000
SPAN = 7_200_000_000
"""Microseconds that the events span: two hours, 24 windows."""
START = 1_767_261_602_000_000
"""2026-01-01T10:00:02Z in microseconds since 1970."""
WINDOW = 300_000_000
FAR_FUTURE = START + 100 * SPAN

Key = tuple[int | None, int]
"""A store and the end of its window in microseconds since 1970."""
Result = dict[Key, int]
"""The number of ids in each row."""


class Batch(NamedTuple):
    """Events of one partition in order; `arrivals` in microseconds since 1970."""

    partition: int
    bodies: list[bytes]
    arrivals: list[int]


def write_events(folder: Path, count: int) -> None:
    """Write `count` events of about 430 bytes as NDJSON, one file per partition: even inventory, odd sales."""
    chance = random.Random(7)
    encode = msgspec.json.Encoder().encode
    files = [(folder / f"{partition}.ndjson").open("wb") for partition in range(PARTITIONS)]
    for number in range(count):
        partition = number % PARTITIONS
        files[partition].write(encode(_event(chance, number, count, is_sale=partition % 2 == 1)) + b"\n")
    for file in files:
        file.close()


def _event(chance: random.Random, number: int, count: int, *, is_sale: bool) -> dict[str, Any]:
    arrival = START + number * SPAN // count
    return {
        "id": uuid.UUID(int=chance.getrandbits(128), version=4).hex,
        "event_type": "sale_event" if is_sale else "inventory_event",
        "store_id": chance.randint(1, 10) if chance.random() > 0.03 else None,
        "store_fqdn": "srv-12.contoso.example.com",
        "store_ip": "192.168.12.14",
        "cust_id": chance.randint(1, 200_000),
        "category": chance.choice(["Toys", "Home", "Apparel", "Electronics"]),
        "sku": f"{chance.getrandbits(64):016x}",
        "price": round(chance.random() * 500, 2),
        "qty": chance.randint(1, 9),
        "discount": chance.randint(0, 75),
        "gift_wrap": chance.random() < 0.3,
        "variant": "XL-Blue",
        "priority_shipping": chance.random() < 0.3,
        "payment_method": chance.choice(["visa", "cod", "gift_card", "amex"]),
        "ts": f"{EPOCH + timedelta(microseconds=arrival):%Y-%m-%dT%H:%M:%S.%fZ}",
        "contact_me": "a.b@contoso.com",
        "is_return": chance.random() < 0.05,
        "bad_msg": False,
    }


def read_batches(folder: Path, count: int) -> list[Batch]:
    """All batches, in turns of the partitions as a job reads them."""
    lines = [(folder / f"{partition}.ndjson").read_bytes().splitlines() for partition in range(PARTITIONS)]
    batches: list[Batch] = []
    for offset in range(0, count // PARTITIONS, BATCH):
        for partition in range(PARTITIONS):
            bodies = lines[partition][offset : offset + BATCH]
            numbers = range(offset * PARTITIONS + partition, (offset + len(bodies)) * PARTITIONS, PARTITIONS)
            batches.append(Batch(partition, bodies, [START + number * SPAN // count for number in numbers]))
    return batches


def window_end(microseconds: int) -> int:
    """The end of the (start, end] window of a moment."""
    return -(-microseconds // WINDOW) * WINDOW


def digest(result: Result) -> list[tuple[str, int, int]]:
    """A result in an order that does not depend on the engine."""
    return sorted((str(store), end, ids) for (store, end), ids in result.items())
