"""Look-ups are bounded for each key, in an order that no reader's order changes."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import msgspec
import pytest

from fraud.context.look_ups import MOST_OF_ID, Recent, altered, latest
from fraud.context.sighting import Sighting, in_order, name_of, sighting
from tests.fraud.builders import event_body

START = datetime(2026, 1, 2, 10, 6, tzinfo=UTC)


def seen(name: str, seconds: int = 0) -> Sighting:
    return sighting(msgspec.json.decode(event_body(name)), START + timedelta(seconds=seconds))


OF_ONE_TIME = [seen(name, 5) for name in "abcd"]


@pytest.mark.parametrize("arriving", list(permutations(OF_ONE_TIME)))
def test_the_order_of_what_arrives_at_one_time_changes_no_look_up(arriving: tuple[Sighting, ...]):
    recent = Recent(timedelta(hours=1), 3)
    for each in [seen("z"), *arriving]:
        recent.add("key", each)

    assert recent.of("key", (START + timedelta(minutes=1)).timestamp()) == tuple(OF_ONE_TIME[1:])
    assert latest([*arriving, seen("z")], 3) == tuple(OF_ONE_TIME[1:])
    assert list(in_order([seen("z"), *arriving, seen("y", 6)])) == [seen("z"), *OF_ONE_TIME, seen("y", 6)]


def test_a_content_that_differs_in_what_it_sells_counts_and_a_resend_with_another_stamp_does_not():
    event = msgspec.json.decode(event_body("a"))

    assert altered([event, event | {"ts": "later"}]) == 0
    assert altered([event, event | {"price": 1.0}]) == 1
    assert altered(event | {"qty": qty} for qty in range(3 * MOST_OF_ID)) == MOST_OF_ID


def test_contents_that_were_not_read_count_as_one_that_differs():
    event = msgspec.json.decode(event_body("a"))

    assert altered([event], in_part=True) == 1
    assert altered([event, event | {"ts": "later"}], in_part=True) == 1
    assert altered([event, event | {"price": 1.0}], in_part=True) == 2
    assert altered((event | {"qty": qty} for qty in range(3 * MOST_OF_ID)), in_part=True) == MOST_OF_ID


def test_an_id_is_kept_whole_as_long_as_the_archive_takes_it_and_a_longer_one_is_like_no_other():
    longest = "p" * 255
    longer = [longest + "a", longest + "b", longest + "\ud800", "p" * 400_000]

    kept = [name_of(name) for name in longer]

    assert name_of(longest) == longest
    assert {len(name) for name in kept} == {287}
    assert len({*kept}) == len(longer)
