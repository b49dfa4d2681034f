"""Contract: live look-ups over the real Cosmos SDK, each key bounded for itself, as of a moment."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.archive_events import archive_events
from fraud.archive import ReceivedEvent
from fraud.context.look_ups import MOST_OF_CUSTOMER, MOST_OF_SHELF, latest
from fraud.context.sighting import Sighting, sighting
from fraud.identity import archive_key
from services import cosmos, look_ups, shared_sightings
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

UNTIL = WINDOW_ENDING_1010.end
HOT, QUIET, NOBODY = (int.from_bytes(uuid.uuid4().bytes[:6]) for _ in range(3))


async def arrive(number: int, customer: int, *, before: timedelta) -> Sighting:
    """An event of a customer that arrives so long before the end of the window."""
    event = {"cust_id": customer, "sku": customer, "category": f"c{customer}"}
    body = event_body(f"{customer}-{number}", **event)
    enqueued = UNTIL - before
    await archive_events([ReceivedEvent(body, "1", number, str(number), enqueued, None)])
    return sighting(
        {"id": f"{customer}-{number}", "event_type": "sale_event", "store_id": 3, **event} | COMMON, enqueued
    )


COMMON = {"price": 10.0, "qty": 2, "discount": 60, "priority_shipping": True, "payment_method": "upi"}


async def test_a_busy_customer_gets_the_latest_and_takes_nothing_from_a_quiet_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(look_ups, "PAGE", 25)
    # Four events of each second: a bound cuts among events of one moment.
    hot = [await arrive(n, HOT, before=timedelta(seconds=n // 4)) for n in range(MOST_OF_CUSTOMER + 90)]
    quiet = [await arrive(n, QUIET, before=timedelta(hours=n)) for n in range(1, 4)]
    await arrive(4, QUIET, before=timedelta(hours=24))
    await arrive(5, QUIET, before=timedelta(milliseconds=-1))
    asked = {str(number): number for number in (HOT, QUIET, NOBODY)}

    both = await look_ups.customers(asked, UNTIL)
    alone = await look_ups.customers({str(QUIET): QUIET}, UNTIL)

    assert both[str(HOT)] == latest(hot, MOST_OF_CUSTOMER)
    assert both[str(QUIET)] == alone[str(QUIET)] == tuple(reversed(quiet))
    assert str(NOBODY) not in both


async def test_a_time_without_a_zone_that_somebody_has_written_among_those_of_a_busy_customer_holds_up_no_window():
    number = int.from_bytes(uuid.uuid4().bytes[:6])
    hot = [await arrive(n, number, before=timedelta(seconds=n)) for n in range(MOST_OF_CUSTOMER + 1)]
    container, altered = await cosmos.events(), f"{number}-{MOST_OF_CUSTOMER - 1}"
    document: dict[str, Any] = dict(await container.read_item(altered, archive_key(3, altered)))
    archive = document["archive"]
    await container.upsert_item(document | {"archive": archive | {"enqueued_time": archive["enqueued_time"][:19]}})

    customers = await look_ups.customers({str(number): number}, UNTIL)

    assert customers[str(number)] == latest([seen for seen in hot if seen.id != altered], MOST_OF_CUSTOMER)


async def test_of_the_long_texts_of_neighbours_no_more_is_read_than_context_keeps(monkeypatch: pytest.MonkeyPatch):
    number = int.from_bytes(uuid.uuid4().bytes[:6])
    texts = dict.fromkeys(("store_fqdn", "store_ip", "payment_method"), "😀" * 5000)
    event = {"cust_id": number, "category": f"c{number}"} | texts
    enqueued = UNTIL - timedelta(minutes=10)
    await archive_events([ReceivedEvent(event_body(f"{number}-0", **event), "1", 1, "1", enqueued, None)])
    read: list[dict[str, Any]] = []

    def seen(event: dict[str, Any], arrived: datetime) -> Sighting:
        read.append(event)
        return sighting(event, arrived)

    monkeypatch.setattr(shared_sightings, "sighting", seen)

    customers = await look_ups.customers({str(number): number}, UNTIL)

    whole = {"id": f"{number}-0", "event_type": "sale_event", "store_id": 3} | COMMON | event
    assert customers[str(number)] == (sighting(whole, enqueued),)
    assert [len(read[0][name]) for name in texts] == [200, 200, 200]


async def test_a_sale_that_is_found_by_customer_sku_and_shelf_is_in_memory_once():
    number = int.from_bytes(uuid.uuid4().bytes[:6])
    await arrive(0, number, before=timedelta(minutes=10))
    asked = {str(number): number}

    ((by_customer,),) = (await look_ups.customers(asked, UNTIL)).values()
    ((by_sku,),) = (await look_ups.skus(asked, UNTIL)).values()
    ((on_shelf,),) = (await look_ups.shelves(3, {f"c{number}": f"c{number}"}, UNTIL)).values()

    assert by_customer is by_sku is on_shelf


async def test_skus_look_back_eight_hours_and_shelves_three_in_their_store():
    number = int.from_bytes(uuid.uuid4().bytes[:6])
    near, far = [await arrive(n, number, before=timedelta(hours=n)) for n in (2, 5)]

    assert (await look_ups.skus({str(number): number}, UNTIL))[str(number)] == (far, near)
    shelf = {f"c{number}": f"c{number}"}
    assert (await look_ups.shelves(3, shelf, UNTIL)) == {f"c{number}": (near,)}
    assert (await look_ups.shelves(4, shelf, UNTIL)) == {}


@pytest.mark.parametrize("page", [25, 110, 2_000])
async def test_a_busy_shelf_gets_the_latest_and_takes_nothing_from_others_of_the_store(
    page: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(look_ups, "BY_KEY_PAGE", page)
    name = uuid.uuid4().hex
    numbers = {f"{name}-a": 4, f"{name}-b": MOST_OF_SHELF + 9, f"{name}-c": 7, f"{name}-d": MOST_OF_SHELF + 90}
    expected = dict[str, tuple[Sighting, ...]]()
    for category, number in numbers.items():
        event = {"cust_id": 1, "sku": 1, "category": category}
        # Four events of each second: a bound cuts among events of one moment.
        times = [UNTIL - timedelta(seconds=n // 4) for n in range(number)]
        received = [
            ReceivedEvent(event_body(f"{category}-{n}", **event), "1", n, str(n), time, None)
            for n, time in enumerate(times)
        ]
        for start in range(0, number, 100):
            await archive_events(received[start : start + 100])
        whole = {"event_type": "sale_event", "store_id": 3} | event | COMMON
        seen = [sighting({"id": f"{category}-{n}"} | whole, time) for n, time in enumerate(times)]
        expected[category] = latest(seen, MOST_OF_SHELF)
    asked = {category: category for category in [*numbers, f"{name}-none"]}

    assert await look_ups.shelves(3, asked, UNTIL) == expected


async def test_contents_under_an_id_at_other_stores_are_seen_and_those_of_its_own_are_not():
    reused, plain = uuid.uuid4().hex, uuid.uuid4().hex
    bodies = [
        event_body(reused),
        event_body(reused, store_id=4),
        event_body(reused, store_id=4, qty=9),
        event_body(plain),
    ]
    for number, body in enumerate(bodies):
        await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])

    elsewhere = await look_ups.contents_elsewhere([reused, plain], 3, UNTIL)

    assert {event_id: sorted(event["qty"] for event in events) for event_id, events in elsewhere.items()} == {
        reused: [2, 9]
    }
    assert await look_ups.contents_elsewhere([reused], 3, ENQUEUED - timedelta(seconds=1)) == {}
    assert (await look_ups.contents_elsewhere(["é" * 490_000, reused], 3, UNTIL)).keys() == {reused}


async def test_windows_of_one_end_that_ask_at_once_share_their_queries(monkeypatch: pytest.MonkeyPatch):
    customers = [int.from_bytes(uuid.uuid4().bytes[:6]) for _ in range(6)]
    expected = {number: await arrive(0, number, before=timedelta(minutes=1)) for number in customers}
    ids = [f"{number}-0" for number in customers]
    archive, queries = await cosmos.events(), list[str]()

    def counted(query: str, **options: Any) -> Any:
        queries.append(query)
        return type(archive).query_items(archive, query, **options)

    monkeypatch.setattr(archive, "query_items", counted)
    answers = await asyncio.gather(*(look_ups.customers({str(number): number}, UNTIL) for number in customers))
    elsewhere = await asyncio.gather(*(look_ups.contents_elsewhere([event_id], 3, UNTIL) for event_id in ids))
    pointers = await asyncio.gather(*(cosmos.find_quarantined([event_id]) for event_id in ids))

    assert answers == [{str(number): (expected[number],)} for number in customers]
    assert elsewhere == pointers == [{}] * len(customers)
    assert len(queries) == 4
