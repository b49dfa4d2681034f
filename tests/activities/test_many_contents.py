"""An id under which a producer has sent more contents than are looked at."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from activities.archive_events import archive_events
from activities.judge_events import judge_events
from activities.window_evidence import read_evidence
from activities.window_ids import save_window
from fraud.context.look_ups import MOST_OF_ID
from fraud.quarantine_index import is_flagged
from fraud.rules.shipped import shipped
from fraud.slices import slices
from fraud.verdicts import from_ndjson
from fraud.windows import WINDOW, SuspiciousWindow, unique_ids
from services import cosmos, further_contents
from services.blobs import read_blob, workflow_data
from services.settings import settings
from tests.activities.window_activities import find_contents
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def test_a_flagged_content_is_found_behind_many_harmless_ones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MAX_CONTENTS", 4)
    event_id = str(uuid.uuid4())
    harmless = [event_body(event_id, discount=1, sku=number) for number in range(8)]
    await archive_events([received(body, n) for n, body in enumerate([*harmless, event_body(event_id)])])

    contents = (await find_contents([event_id], 3))[event_id]

    assert len(contents) == 4
    assert sum(is_flagged(content.event) for content in contents) == 1


async def test_of_contents_that_are_too_large_the_flagged_ones_are_read_first_and_what_is_not_read_is_said():
    event_id = str(uuid.uuid4())
    large = [event_body(event_id, discount=1, note=f"{n}" + "x" * 400_000) for n in range(5)]
    flagged = [event_body(event_id, price=float(n), note="x" * 300_000) for n in range(5)]
    await archive_events([received(body, n) for n, body in enumerate([*large, *flagged])])

    contents = (await find_contents([event_id], 3))[event_id]

    assert sum(is_flagged(content.event) for content in contents) == 3
    assert len(contents) == 4
    assert all(content.in_part for content in contents)
    assert len((await cosmos.find_events([event_id], 3))[event_id]) == 10


async def test_one_content_is_read_however_large_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(further_contents, "MAX_BYTES", 10)
    event_id = str(uuid.uuid4())
    await archive_events([received(event_body(event_id, price=float(n)), n) for n in range(3)])

    contents = (await find_contents([event_id], 3))[event_id]

    assert [content.event["price"] for content in contents] == [0.0, 1.0]


async def test_of_harmless_contents_the_first_is_read_however_large_it_is():
    event_id = str(uuid.uuid4())
    large = event_body(event_id, discount=1, note="é" * 200_000)  # which is above MAX_BYTES as it is measured
    bodies = [event_body(event_id), large, event_body(event_id, discount=1, sku=3)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])

    contents = (await find_contents([event_id], 3))[event_id]

    assert sorted("note" in content.event for content in contents) == [False, True]
    assert all(content.in_part for content in contents)


async def test_that_contents_were_not_read_stands_in_the_evidence_of_each_and_verdicts_stay_the_same():
    event_id, quiet_id = str(uuid.uuid4()), str(uuid.uuid4())
    flagged = [event_body(event_id, price=float(n), note="x" * 400_000) for n in range(5)]
    await archive_events([received(body, n) for n, body in enumerate([*flagged, event_body(quiet_id)])])
    task = await save_window(SuspiciousWindow(3, unique_ids([event_id, quiet_id]), WINDOW_ENDING_1010))
    (chunk,) = msgspec.structs.replace(task, rules=shipped()["context"].id).chunks()

    first = await judge_events(chunk.at(1))
    again = await judge_events(chunk.at(1))

    assert first == again
    parts = await read_evidence(chunk)
    in_part = {(entry.event_id, "id.read_in_part" in entry.facts) for part in parts.parts for entry in part.entries}
    assert in_part == {(event_id, True), (quiet_id, False)}


async def test_an_altered_content_behind_a_padded_resend_counts_against_the_id():
    event_id = str(uuid.uuid4())
    resend = event_body(event_id, priority_shipping=False, note="x" * 700_000)
    altered = event_body(event_id, discount=1, sku=3, note="y" * 700_000)
    await archive_events([received(body, n) for n, body in enumerate([event_body(event_id), resend, altered])])
    task = await save_window(SuspiciousWindow(3, unique_ids([event_id]), WINDOW_ENDING_1010))
    (chunk,) = msgspec.structs.replace(task, rules=shipped()["context"].id).chunks()

    await judge_events(chunk.at(1))

    (verdict,) = from_ndjson(await read_blob(await workflow_data(), chunk.at(1).path))
    assert "ID_REUSED" in {reason.rule for reason in verdict.reasons}
    ((entry,),) = [part.entries for part in (await read_evidence(chunk)).parts]
    assert [entry.facts[name] for name in ("id.contents", "id.altered", "id.read_in_part")] == [2, 1, True]


async def test_an_id_whose_contents_cosmos_refuses_to_read_does_not_keep_its_neighbours_from_being_found(
    monkeypatch: pytest.MonkeyPatch,
):
    bad, good = (f"{name}-{uuid.uuid4()}" for name in ("bad", "good"))
    bodies = [event_body(event_id, price=float(n)) for event_id in (bad, good) for n in range(2)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])
    refuse(monkeypatch, lambda values: bad in values and cosmos.MAX_CONTENTS - 1 in values)

    contents = await find_contents([bad, good], 3)

    assert [len(contents[event_id]) for event_id in (bad, good)] == [1, 2]
    assert [contents[event_id][0].in_part for event_id in (bad, good)] == [True, False]


async def test_an_id_that_cosmos_refuses_to_read_is_not_found_and_its_neighbours_are(monkeypatch: pytest.MonkeyPatch):
    run = uuid.uuid4()
    ids = [f"{run}-{number:03}" for number in range(300)]
    await archive_events([received(event_body(event_id), n) for n, event_id in enumerate(ids)])
    refuse(monkeypatch, lambda values: ids[123] in values)

    assert set(await cosmos.find_events(ids, 3, in_part=True)) == {*ids} - {ids[123]}
    with pytest.raises(CosmosHttpResponseError):
        await cosmos.find_events(ids, 3)


async def test_a_cosmos_that_refuses_everything_fails_the_look_up(monkeypatch: pytest.MonkeyPatch):
    refuse(monkeypatch, lambda _: True)

    with pytest.raises(CosmosHttpResponseError):
        await cosmos.find_events([f"a-{number}" for number in range(300)], 3, in_part=True)


def refuse(monkeypatch: pytest.MonkeyPatch, is_refused: Callable[[list[Any]], bool]) -> None:
    """Cosmos refuses each query with such values of its parameters."""
    ask = ContainerProxy.query_items

    def refused(self: ContainerProxy, query: str, **options: Any) -> Any:
        if is_refused([parameter["value"] for parameter in options["parameters"]]):
            raise CosmosHttpResponseError(status_code=408, message="it took too long")
        return ask(self, query, **options)

    monkeypatch.setattr(ContainerProxy, "query_items", refused)


async def test_an_event_is_found_behind_those_of_many_stores_under_its_id(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MOST_UNDER_IDS", 4)
    event_id, quiet_id = str(uuid.uuid4()), str(uuid.uuid4())
    bodies = [event_body(event_id, store_id=store) for store in range(1, 13)] + [event_body(quiet_id)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])

    for store in (1, 3, 12):
        documents = await cosmos.find_events([event_id, quiet_id], store)
        assert [document["store_id"] for document in documents[event_id]] == [store]
        assert (quiet_id in documents) == (store == 3)


async def test_an_id_with_as_many_contents_as_are_read_is_judged_in_seconds_however_often_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(os.environ, "RULE_SET", "context")
    settings.cache_clear()
    event_id, most = str(uuid.uuid4()), cosmos.MAX_CONTENTS
    on_time = [received(event_body(event_id, price=number + 0.5), number) for number in range(most // 2)]
    late = [received(event_body(event_id, price=number + 0.5), number) for number in range(most // 2, most)]
    later = [msgspec.structs.replace(event, enqueued_time=event.enqueued_time + WINDOW) for event in late]
    for part in slices([*on_time, *later], 100):
        await archive_events(part)
    task = await save_window(SuspiciousWindow(3, unique_ids([event_id]), WINDOW_ENDING_1010))
    (chunk,) = task.chunks()
    began = time.process_time()

    await judge_events(chunk.at(1))

    assert time.process_time() - began < 3, "each content was held against all others"
    (part,) = (await read_evidence(chunk)).parts
    altered = {entry.facts["id.altered"] for entry in part.entries}
    assert (len(part.entries), altered) == (most, {MOST_OF_ID})
    assert {entry.facts["id.contents"] for entry in part.entries} == {most // 2, most // 2 + 1}
    settings.cache_clear()
