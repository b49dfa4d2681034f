"""The Event Hubs SDK, sync and aio, against the endpoint under test."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import asyncio
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import AuthenticationError, EventDataSendError, EventHubError

from tests.event_hubs.conftest import Both
from tests.event_hubs.sdk import Received, Sdk

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def sent(sdk: Sdk, count: int) -> list[Received]:
    """New events in the SDK's own partition, read back."""
    before = await sdk.end(sdk.partition)
    run = uuid.uuid4().hex[:8]
    await sdk.send([f"{run}-{number}" for number in range(count)], partition_id=sdk.partition)
    return await sdk.read(count, partition_id=sdk.partition, starting_position=before if before >= 0 else "-1")


def bodies(events: list[Received]) -> list[str]:
    return [got.body for got in events]


async def test_a_hub_tells_its_partitions_and_when_it_was_made(both: Both):
    async def scenario(sdk: Sdk) -> None:
        first, second = [await sdk.do("get_eventhub_properties") for _ in range(2)]
        assert first["eventhub_name"] == "store-events"
        assert first["partition_ids"] == ["0", "1", "2", "3"]
        assert first["created_at"] == second["created_at"]

    await both(scenario)


async def test_an_event_arrives_as_it_was_sent_and_all_of_them_in_order(both: Both):
    async def scenario(sdk: Sdk) -> None:
        event = EventData(b"\x00body")
        event.properties = {"event_type": "sale_event", "priority_shipping": True, "n": 7, "ratio": 0.5}
        event.message_id, event.correlation_id, event.content_type = "m", "c", "application/json"
        before = await sdk.end(sdk.other)
        await sdk.send([event, *(str(number) for number in range(49))], partition_id=sdk.other)
        first, *rest = await sdk.read(50, partition_id=sdk.other, starting_position=before if before >= 0 else "-1")
        got = first.event
        assert got.body_as_str() == "\x00body"
        assert got.properties == {b"event_type": b"sale_event", b"priority_shipping": True, b"n": 7, b"ratio": 0.5}
        assert (got.message_id, got.correlation_id, got.content_type) == ("m", "c", "application/json")
        assert got.partition_key is None
        assert bodies(rest) == [str(number) for number in range(49)]
        assert [each.event.sequence_number for each in (first, *rest)] == list(range(before + 1, before + 51))
        assert all(each.event.offset != str(each.event.sequence_number) for each in (first, *rest))
        assert len({each.event.enqueued_time for each in (first, *rest)}) == 1

    await both(scenario)


async def test_readers_of_any_group_start_after_a_place_or_at_it_or_at_a_time(both: Both):
    async def scenario(sdk: Sdk) -> None:
        await sdk.send(["earlier"], partition_id=sdk.partition)
        await asyncio.sleep(0.05)
        events = await sent(sdk, 4)
        time = events[0].event.enqueued_time
        assert time is not None
        places: list[Any] = [events[1].event.offset, events[1].event.sequence_number]
        where: dict[str, Any] = {"partition_id": sdk.partition}
        after = [sdk.read(2, group="archiver", starting_position=place, **where) for place in places]
        at = [sdk.read(3, starting_position=place, starting_position_inclusive=True, **where) for place in places]
        since = sdk.read(4, "stream-analytics", starting_position=time - timedelta(milliseconds=10), **where)
        got = await asyncio.gather(*after, *at, since)
        assert [bodies(each) for each in got] == [bodies(events[2:])] * 2 + [bodies(events[1:])] * 2 + [bodies(events)]

    await both(scenario)


async def test_a_reader_of_the_latest_sees_only_what_comes(both: Both):
    async def scenario(sdk: Sdk) -> None:
        await sdk.send(["old"], partition_id=sdk.other)
        reading = asyncio.create_task(sdk.read(1, partition_id=sdk.other, starting_position="@latest"))
        while not reading.done():  # nobody tells when it has opened its link
            await sdk.send(["new"], partition_id=sdk.other)
            await asyncio.wait({reading}, timeout=1.0)
        assert set(bodies(await reading)) == {"new"}

    await both(scenario)


async def test_a_key_finds_one_partition_and_events_without_a_key_spread(both: Both):
    # 'store-7' hashes to -7301, and the remainder of -7301 / 4, truncated and made positive, is 1.
    async def scenario(sdk: Sdk) -> None:
        run = uuid.uuid4().hex[:8]
        for number in range(3):
            await sdk.send([f"{run} key {number}"], partition_key="store-7")
        for number in range(8):
            await sdk.send([f"{run} {number}"])
        got = await sdk.read(11, only=run)
        keyed = [each for each in got if "key" in each.body]
        assert bodies(keyed) == [f"{run} key {number}" for number in range(3)]
        assert {(each.partition, each.event.partition_key) for each in keyed} == {("1", b"store-7")}
        assert len({each.partition for each in got if each not in keyed}) > 1

    await both(scenario)


async def test_a_higher_owner_level_evicts_and_a_lower_one_is_refused(both: Both):
    async def scenario(sdk: Sdk) -> None:
        await sent(sdk, 1)
        where: dict[str, Any] = {"partition_id": sdk.partition, "group": "archiver"}
        errors: list[Exception] = []
        heard = threading.Event()
        low = asyncio.create_task(sdk.read(10**9, owner_level=1, errors=errors, heard=heard, **where))
        assert await asyncio.to_thread(heard.wait, 30)
        assert await sdk.read(1, owner_level=2, hold=0.5, **where)
        assert await low
        assert [error for error in errors if "link:stolen" in str(error)]

    await both(scenario)


async def test_a_partition_tells_its_end_and_so_do_its_events(both: Both):
    async def scenario(sdk: Sdk) -> None:
        last = (await sent(sdk, 3))[-1].event
        properties = await sdk.do("get_partition_properties", sdk.partition)
        assert (properties["id"], properties["is_empty"]) == (sdk.partition, False)
        assert properties["last_enqueued_sequence_number"] == last.sequence_number
        assert properties["last_enqueued_offset"] == last.offset
        assert properties["last_enqueued_time_utc"] == last.enqueued_time
        (got, *_) = await sdk.read(1, partition_id=sdk.partition, track_last_enqueued_event_properties=True)
        assert got.last is not None
        assert got.last["sequence_number"] == last.sequence_number
        assert got.last["offset"] == last.offset
        assert got.last["retrieval_time"] > got.last["enqueued_time"]

    await both(scenario)


async def test_a_batch_is_filled_up_to_a_megabyte_and_arrives_whole(both: Both):
    async def scenario(sdk: Sdk) -> None:
        batch = await sdk.do("create_batch", partition_id=sdk.partition)
        assert batch.max_size_in_bytes == 1_048_576
        count = 0
        while batch.size_in_bytes < 1_000_000:
            batch.add(EventData(b"x" * 10_000))
            count += 1
        before = await sdk.end(sdk.partition)
        await sdk.do("send_batch", batch)
        assert await sdk.end(sdk.partition) == before + count

    await both(scenario)


async def test_a_message_above_the_limit_is_refused_and_the_next_one_passes(both: Both):
    async def scenario(sdk: Sdk) -> None:
        before = await sdk.end(sdk.partition)
        with pytest.raises(EventDataSendError, match="exceeds the limit"):
            await sdk.do("send_event", EventData(b"x" * 1_100_000), partition_id=sdk.partition)
        await sdk.do("send_event", EventData(b"small"), partition_id=sdk.partition)
        assert await sdk.end(sdk.partition) == before + 1

    await both(scenario)


async def test_a_hub_that_is_not_there_is_said_to_be_missing(both: Both):
    async def scenario(sdk: Sdk) -> None:
        client = Sdk(sdk.kind, sdk.connection, hub="no-such-hub", retry_total=0)
        for call in ("create_batch", "get_eventhub_properties"):
            with pytest.raises(AuthenticationError, match=r"404[\s\S]*/no-such-hub' could not be found"):
                await client.do(call)
        await client.close()

    await both(scenario)


async def test_a_partition_that_is_not_there_is_refused(both: Both):
    async def scenario(sdk: Sdk) -> None:
        client = Sdk(sdk.kind, sdk.connection, retry_total=0)
        with pytest.raises(EventHubError, match="between 0 and 3"):
            await client.do("get_partition_properties", "4")
        with pytest.raises(EventHubError, match="Invalid partition"):
            await client.do("send_event", EventData("x"), partition_id="4")
        await client.close()

    await both(scenario)
