"""Where a reader starts, as the SDKs write it."""

from typing import Any

import pytest

from local_azure.amqp.errors import AmqpError
from local_azure.event_hubs.positions import BEGINNING, LATEST, Field, Position, position_of

NAME = "apache.org:selector-filter:string"


@pytest.mark.parametrize(
    ("selector", "position"),
    [
        ("amqp.annotation.x-opt-offset > '-1'", BEGINNING),
        ("amqp.annotation.x-opt-offset > '@latest'", LATEST),
        ("amqp.annotation.x-opt-offset >= '4096'", Position(Field.OFFSET, 4096, inclusive=True)),
        ("amqp.annotation.x-opt-sequence-number > '7'", Position(Field.SEQUENCE, 7, inclusive=False)),
        ("amqp.annotation.x-opt-sequence-number >= 7", Position(Field.SEQUENCE, 7, inclusive=True)),
        (b"amqp.annotation.x-opt-enqueued-time > '1700000000'", Position(Field.TIME, 1_700_000_000, inclusive=False)),
    ],
)  # fmt: skip
def test_a_selector_names_a_position(selector: str | bytes, position: Position | None):
    assert position_of({NAME: selector}) == position


def test_without_a_filter_reading_begins_at_the_beginning():
    assert position_of({}) == BEGINNING


@pytest.mark.parametrize(
    "filters",
    [{NAME: "x-opt-offset > '1'"}, {NAME: "amqp.annotation.x-opt-offset < '1'"},
     {NAME: "amqp.annotation.x-opt-offset > 'a'"},
     {NAME: "amqp.annotation.x-opt-offset > '99999999999999999999'"}, {NAME: 5}, {NAME: ["a"]}, {"other": "x"}],
)  # fmt: skip
def test_what_is_not_understood_is_refused(filters: dict[str, Any]):
    with pytest.raises(AmqpError):
        position_of(filters)
