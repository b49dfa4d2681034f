"""No event and no load makes a row of the stream job that the queue does not take."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fraud.events import MAX_ID_LENGTH
from local_azure.testing import Arrival, StreamQuery

ROOT = Path(__file__).parents[2]
QUERY = StreamQuery(ROOT / "stream_analytics" / "asaproj.json")
TEXT = (ROOT / "stream_analytics" / "suspicious-windows.asaql").read_text()
SIZES: dict[str, dict[str, Any]] = json.loads((ROOT / "infra" / "sizes.json").read_text())
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)

MESSAGE_BYTES = 256 * 1024
"""Of Service Bus Standard, with the properties (source: Service Bus quotas)."""
ENVELOPE_BYTES = 4 * 1024
"""More than the AMQP sections of a message take whose only property is a message id."""
BYTES_OF_A_CHARACTER = 6
"""At most in JSON: `\\u00e9`; a character outside the first plane counts as two."""
BYTES_BESIDE_IDS = len(b'{"store_id":-9007199254740991,"ids":[],"WindowStart":"","WindowEnd":""}') + 2 * 28

EVENTS_OF_A_UNIT, BYTES_OF_A_UNIT = 1_000, 1_000_000
"""A throughput unit takes so many events or bytes in a second (source: Scaling with Event Hubs)."""
BYTES_OF_A_PREMIUM_UNIT = 10_000_000
"""A processing unit takes 5 to 10 MB in a second, and no number of events bounds it (source: the same)."""
SECONDS = 300
SMALLEST = len(msgspec.json.encode({"id": "", "event_type": "sale_event", "discount": 51, "priority_shipping": 1}))


PART = int(re.findall(r"/ (\d+) AS part", TEXT)[0])
LONGEST = int(re.findall(r"id_length BETWEEN 1 AND (\d+)", TEXT)[0])
BESIDE_AN_ID = int(re.findall(r"id_length \+ (\d+) AS characters", TEXT)[0])
FUSE = int(re.findall(r"HAVING SUM\(characters\) <= (\d+)", TEXT)[0])


def bytes_of_rows(characters: int) -> list[int]:
    """The bytes of the rows, at most, into which the query cuts so many characters of the longest ids."""
    size = LONGEST + BESIDE_AN_ID
    ids = characters // size
    rows: list[int] = []
    parts = [*range(math.ceil(ids * size / PART) + 1)]
    for part in parts[:1_000] + parts[-3:]:
        # The n-th id has the sum n * size: those with part * PART <= n * size < (part + 1) * PART are in this part.
        first, behind = max(1, math.ceil(part * PART / size)), math.ceil((part + 1) * PART / size)
        count = max(0, min(behind, ids + 1) - first)
        rows.append(count * (LONGEST * BYTES_OF_A_CHARACTER + BESIDE_AN_ID) + BYTES_BESIDE_IDS)
    return rows


@pytest.mark.parametrize("size", SIZES)
def test_the_worst_row_of_each_size_fits_into_a_message(size: str):
    """All that the throughput units take in five minutes: the longest ids of one store, customer and partition."""
    units = SIZES[size]["maximumThroughputUnits"]
    characters = LONGEST + BESIDE_AN_ID
    standard = min(EVENTS_OF_A_UNIT, BYTES_OF_A_UNIT // (SMALLEST + LONGEST)) * units * SECONDS
    premium = BYTES_OF_A_PREMIUM_UNIT * SIZES[size]["processingUnits"] * SECONDS // (SMALLEST + LONGEST)
    for events in (standard, premium):
        assert events > 1_000_000
        assert max(bytes_of_rows(events * characters)) <= MESSAGE_BYTES - ENVELOPE_BYTES


def test_no_row_gets_past_the_fuse_though_its_part_were_counted_otherwise():
    assert PART + LONGEST + BESIDE_AN_ID <= FUSE
    assert FUSE * BYTES_OF_A_CHARACTER + BYTES_BESIDE_IDS <= MESSAGE_BYTES - ENVELOPE_BYTES


def test_the_query_bounds_ids_as_the_domain_does():
    assert LONGEST == MAX_ID_LENGTH


@pytest.mark.parametrize(
    ("letter", "length"), [("x", 255), ("\x7f", 255), ("\x01", 255), ("\u20ac", 255), ("\U0001f600", 127), ("x", 36)]
)
def test_rows_of_a_large_window_stay_below_what_is_computed(letter: str, length: int):
    count = 2_000
    body = {"event_type": "sale_event", "discount": 60, "priority_shipping": True, "store_id": 1}
    arrivals = [
        Arrival(
            MIDNIGHT + timedelta(milliseconds=1 + place // 100),
            msgspec.json.encode({**body, "id": f"{place:04}" + letter * (length - 4)}),
        )
        for place in range(count)
    ]
    rows = [row for row in QUERY.run(arrivals).rows if row.output == "suspicious-windows"]
    assert sum(len(row.row["ids"]) for row in rows) == count
    assert len({row.row["message_id"] for row in rows}) == len(rows) > 1
    assert max(len(row.json) for row in rows) <= MESSAGE_BYTES - ENVELOPE_BYTES
    assert max(len(json.dumps(row.row["ids"])) for row in rows) <= MESSAGE_BYTES - ENVELOPE_BYTES
