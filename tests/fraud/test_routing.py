import re

from fraud.generation import generate_events
from fraud.routing import partition_of, properties_of

EVENTS = list(generate_events("7", batch=0, count=2_000, bad_ratio=0.1, ts="2026-01-02T10:00:00+00:00"))
FOUR = ("0", "1", "2", "3")


def test_inventory_goes_to_even_partitions_and_sales_to_odd_ones():
    for event in EVENTS:
        assert int(partition_of(event, FOUR)) % 2 == (event.event_type == "sale_event")


def test_a_store_stays_on_one_partition_for_each_kind_of_event():
    places: dict[object, set[str]] = {}
    for event in EVENTS:
        places.setdefault((event.event_type, event.store_id), set()).add(partition_of(event, FOUR))

    assert all(len(partitions) == 1 for partitions in places.values())


def test_every_partition_is_used():
    for count in (1, 2, 3, 4, 12):
        partitions = tuple(str(number) for number in range(count))
        assert {partition_of(event, partitions) for event in EVENTS} == set(partitions)


def test_properties_are_text_as_the_original_producer_sends_them():
    event = next(event for event in EVENTS if event.priority_shipping)
    properties = properties_of(event, "campaign-x")

    assert properties["event_type"] == event.event_type
    assert properties["priority_shipping"] == "True"
    assert properties["run_id"] == "campaign-x"


def test_the_trace_of_an_event_is_its_id():
    event = EVENTS[0]
    traceparent = properties_of(event, "r")["traceparent"]

    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent)
    assert traceparent.split("-")[1] == event.id.replace("-", "")
