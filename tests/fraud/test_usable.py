from typing import Any

import msgspec
import pytest

from fraud.usable import problems_of
from tests.fraud.builders import event_body

EVENT: dict[str, Any] = msgspec.json.decode(event_body())


def test_a_store_event_is_usable_whole():
    assert problems_of(EVENT) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"gift_wrap": 1}, "gift_wrap: Expected `bool`, got `int`"),
        ({"store_id": 2**60}, "store_id: Expected `int` <="),
        ({"qty": "x" * 100_000}, "qty: Expected `int`, got `str`"),
        ({"event_type": "x" * 100_000}, "event_type: Invalid enum value"),
        ({"id": None}, "id: Expected `str`, got `null`"),
        ({"ttl": 60}, "ttl: the archive reserves this field"),
    ],
)
def test_a_field_that_is_not_usable_is_named(changes: dict[str, Any], problem: str):
    (found_problem,) = problems_of(EVENT | changes)

    assert found_problem.startswith(problem)
    assert len(found_problem) <= 200


def test_a_field_that_must_be_there_is_named():
    event = {name: value for name, value in EVENT.items() if name != "id"}

    assert problems_of(event) == ("id: missing",)
