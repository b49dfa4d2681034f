"""Contract: the activities of a window's analysis over the real Cosmos and Blob SDKs."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from azure.core.exceptions import ResourceNotFoundError

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_ids import read_ids, save_window
from fraud.analysis import IDS_PER_CHUNK, ChunkResult, WindowSummary, WindowTask
from fraud.identity import archive_key
from fraud.verdicts import Verdict, from_ndjson, to_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from local_azure.testing.web import serving
from services import blobs, cosmos, names
from services.settings import settings
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest_asyncio.fixture(loop_scope="session")
async def task() -> WindowTask:
    """A window of two archived events and one that never arrived."""
    run = uuid.uuid4().hex
    await archive_events([received(event_body(f"{run}-{name}", discount=72), 1) for name in ("a", "b")])
    ids = unique_ids([f"{run}-b", f"{run}-a", f"{run}-missing"])
    return await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))


async def judge_all(task: WindowTask, lookup: int = 0) -> list[dict[Any, int]]:
    return [(await judge_events(chunk.at(lookup))).bands for chunk in task.chunks()]


async def result_of(task: WindowTask, lookup: int) -> ChunkResult:
    (chunk,) = task.chunks()
    return await judge_events(chunk.at(lookup))


async def judge_and_store(task: WindowTask, lookup: int) -> WindowSummary:
    return await store_verdicts(task.judged_by([await judge_events(chunk.at(lookup)) for chunk in task.chunks()]))


async def verdicts_of(summary: WindowSummary) -> bytes:
    container, _, path = summary.verdicts_blob.partition("/")
    return await blobs.read_blob(await blobs.warehouse(container), path)


async def test_every_id_has_a_verdict_in_the_order_of_the_ids(task: WindowTask):
    assert await judge_all(task) == [{"low": 2, "unresolved": 1}]

    verdicts: list[Verdict] = from_ndjson(await verdicts_of(await store_verdicts(task)))

    assert [verdict.event_id[-1] for verdict in verdicts] == ["a", "b", "g"]
    assert [verdict.band for verdict in verdicts] == ["low", "low", "unresolved"]
    assert verdicts[0].event == msgspec.json.decode(event_body(verdicts[0].event_id, discount=72))
    assert (verdicts[0].run_id, verdicts[2].event) == ("campaign-x", None)


async def test_an_event_that_arrives_late_is_resolved_by_the_next_look(task: WindowTask):
    await judge_all(task)
    missing = next(verdict.event_id for verdict in await chunk_verdicts(task) if verdict.band == "unresolved")

    await archive_events([received(event_body(missing), 9)])

    assert await judge_all(task) == [{"low": 3}]


async def missing_id(task: WindowTask) -> str:
    return next(verdict.event_id for verdict in await chunk_verdicts(task) if verdict.band == "unresolved")


async def test_an_event_that_arrives_late_amends_the_verdicts_and_the_case(task: WindowTask):
    first = await judge_and_store(task, 1)
    assert (first.bands["unresolved"], first.revision) == (1, 1)
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])

    second = await judge_and_store(task, 2)

    assert (second.bands["low"], second.bands["unresolved"], second.revision) == (3, 0, 2)
    assert second.verdicts_blob == first.verdicts_blob
    assert [verdict.band for verdict in from_ndjson(await verdicts_of(second))] == ["low"] * 3
    case = await case_of(task)
    assert (case["bands"], case["revision"]) == (second.bands, 2)


async def test_a_slow_activity_of_an_earlier_look_up_takes_nothing_back(task: WindowTask):
    early = task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()])
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    late = await judge_and_store(task, 2)
    case, verdicts = await case_of(task), await verdicts_of(late)

    assert await store_verdicts(early) == late
    await judge_events(task.chunks()[0].at(1))  # its twin, which still writes where the first look-up did
    assert await judge_and_store(task, 2) == late

    assert (await case_of(task), await verdicts_of(late)) == (case, verdicts)


async def test_two_analyses_of_a_window_that_store_at_once_end_with_what_both_know(task: WindowTask):
    await judge_all(task)
    early = task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()])
    await archive_events([received(event_body(await missing_id(task)), 9)])
    late = task.judged_by([await judge_events(chunk.at(2)) for chunk in task.chunks()])

    await asyncio.gather(*(store_verdicts(judged) for judged in (early, late, early, late)))

    case = await case_of(task)
    assert (case["bands"]["unresolved"], case["bands"]["low"]) == (0, 3)
    assert b"unresolved" not in await verdicts_of(await store_verdicts(early))


async def test_verdicts_that_were_deleted_are_written_again_though_the_case_counts_more_revisions(task: WindowTask):
    await judge_all(task)
    await judge_and_store(task, 1)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    amended = await judge_and_store(task, 2)
    container, _, path = amended.verdicts_blob.partition("/")
    await blobs.delete_blob(await blobs.warehouse(container), path)
    await (await cosmos.cases()).upsert_item(await case_of(task) | {"suspicious": 0})

    again = await judge_and_store(task, 2)

    case = await case_of(task)
    assert (again.revision, case["revision"], case["suspicious"]) == (1, 1, 3)


async def test_a_look_up_after_the_first_asks_for_missing_ids_only(task: WindowTask):
    await judge_all(task, 1)
    (chunk,) = task.chunks()
    judged = from_ndjson(await blobs.read_blob(await blobs.work(), chunk.at(1).path))
    marked = [msgspec.structs.replace(verdict, run_id="kept") for verdict in judged]
    await blobs.write_blob(await blobs.work(), chunk.at(1).path, to_ndjson(marked))

    await judge_all(task, 2)

    again = from_ndjson(await blobs.read_blob(await blobs.work(), chunk.at(2).path))
    assert [verdict.run_id for verdict in again] == ["kept", "kept", None]


async def chunk_verdicts(task: WindowTask) -> list[Verdict]:
    return from_ndjson(await blobs.read_blob(await blobs.work(), task.chunks()[0].path))


async def test_a_second_run_writes_the_same_bytes_and_leaves_the_case(task: WindowTask):
    await judge_all(task)
    summary = await store_verdicts(task)
    blob, case = await verdicts_of(summary), await case_of(task)
    await clear_work(task)

    await judge_all(task)
    again = await store_verdicts(task)

    assert again == summary
    assert await verdicts_of(again) == blob
    assert (await case_of(task))["_etag"] == case["_etag"]


async def case_of(task: WindowTask) -> dict[str, Any]:
    return await (await cosmos.cases()).read_item(task.name, partition_key=3)


async def test_a_case_keeps_what_others_wrote_into_it(task: WindowTask):
    await judge_all(task)
    await store_verdicts(task)
    container = await cosmos.cases()
    await container.upsert_item(await case_of(task) | {"assigned_to": "ann", "suspicious": 0})

    await store_verdicts(task)

    case = await case_of(task)
    assert (case["assigned_to"], case["suspicious"]) == ("ann", 3)


async def test_clearing_the_work_leaves_no_blob_of_it(task: WindowTask):
    for lookup in (0, 1, 2):
        await judge_all(task, lookup)

    await clear_work(task)
    await clear_work(task)

    work = await blobs.work()
    assert [blob.name async for blob in work.list_blobs(name_starts_with=task.work_folder)] == []


async def test_storing_before_judging_is_an_error_and_not_an_empty_case(task: WindowTask):
    with pytest.raises(ResourceNotFoundError):
        await store_verdicts(task)


async def test_a_document_that_is_no_event_is_unresolved_with_the_reason_and_holds_up_nothing():
    stranger = uuid.uuid4().hex
    await (await cosmos.events()).create_item(
        {"id": stranger, "archive_key": archive_key(3, stranger), "store_id": 3, "event_type": "refund"}
    )
    task = await save_window(SuspiciousWindow(3, (stranger,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]
    (verdict,) = await chunk_verdicts(task)
    assert verdict.reasons[0].rule == "NOT_A_STORE_EVENT"


async def test_a_fraud_behind_a_harmless_event_of_the_same_id_is_judged_and_the_id_counts_against_it():
    twice = uuid.uuid4().hex
    await archive_events([received(event_body(twice, discount=5), 1)])
    task = await save_window(SuspiciousWindow(3, (twice,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]
    assert [reason.rule for reason in (await chunk_verdicts(task))[0].reasons] == ["NOT_FLAGGED"]

    await archive_events([received(event_body(twice, price=9_999.99, qty=99), 2)])
    assert await judge_all(task) == [{"high": 1}]
    (verdict,) = await chunk_verdicts(task)
    assert verdict.event is not None
    assert verdict.event["price"] == 9_999.99
    assert "ID_REUSED" in {reason.rule for reason in verdict.reasons}


async def test_two_frauds_under_one_id_have_a_verdict_each_in_verdicts_case_and_a_restarted_analysis():
    twice = uuid.uuid4().hex
    await archive_events([received(event_body(twice, price=price), number) for number, price in enumerate((2.0, 1.0))])
    task = await save_window(SuspiciousWindow(3, unique_ids([twice, f"{twice}-x"]), WINDOW_ENDING_1010))

    summary = await judge_and_store(task, 1)

    verdicts = from_ndjson(await verdicts_of(summary))
    assert [(verdict.event or {}).get("price") for verdict in verdicts] == [1.0, 2.0, None]
    assert ["ID_REUSED" in {reason.rule for reason in verdict.reasons} for verdict in verdicts] == [True, True, False]
    assert (summary.suspicious, (await case_of(task))["bands"]["medium"]) == (3, summary.bands["medium"])
    await clear_work(task)
    assert await read_ids(task) == [twice, f"{twice}-x"]


async def test_a_fraud_that_is_archived_after_another_of_its_id_is_asked_for_if_the_window_named_the_id_twice():
    twice, once = (uuid.uuid4().hex for _ in range(2))
    await archive_events([received(event_body(event_id), n) for n, event_id in enumerate((twice, once))])
    window = SuspiciousWindow(3, unique_ids([twice, once]), WINDOW_ENDING_1010, repeated=(twice,))
    task = await save_window(window)
    first = await result_of(task, 1)

    await archive_events([received(event_body(twice, price=9_999.99), 2), received(event_body(once, price=9.9), 3)])
    second = await result_of(task, 2)

    assert (first.bands, first.may_be_more) == ({"low": 2}, 1)
    assert (second.bands, second.may_be_more) == ({"low": 1, "medium": 1, "high": 1}, 0)
    assert second.digest != first.digest


async def test_a_content_of_another_window_is_judged_and_the_windows_own_is_asked_for_again():
    reused = uuid.uuid4().hex
    await archive_events([received(event_body(reused), 400_000)])
    task = await save_window(SuspiciousWindow(3, (reused,), WINDOW_ENDING_1010))
    first = await result_of(task, 1)
    await archive_events([received(event_body(reused, price=9_999.99), 1)])

    second = await result_of(task, 2)

    assert (first.bands, first.may_be_more) == ({"low": 1}, 1)
    assert (second.bands, second.may_be_more) == ({"medium": 1, "high": 1}, 0)


@pytest.mark.parametrize("odd", ["a/b", "..", "", "?", "x" * 2_000])
async def test_an_id_that_the_archive_cannot_hold_is_unresolved_though_it_is_the_only_one(odd: str):
    task = await save_window(SuspiciousWindow(3, (odd,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]


async def test_a_window_of_several_chunks_is_judged_whole():
    run = uuid.uuid4().hex
    ids = unique_ids(f"{run}-{number:05}" for number in range(IDS_PER_CHUNK + 20))
    await archive_events([received(event_body(event_id), number) for number, event_id in enumerate(ids)])
    task = await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"low": IDS_PER_CHUNK}, {"low": 20}]
    assert (await store_verdicts(task)).suspicious == IDS_PER_CHUNK + 20


class Webhook:
    """A receiver of alerts that remembers the idempotency keys; it refuses as often as told."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.refusals = 0

    async def receive(self, request: web.Request) -> web.Response:
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.keys.append(request.headers["Idempotency-Key"])
        assert self.keys[-1].startswith((await request.json())["name"])
        return web.Response()


@pytest_asyncio.fixture(loop_scope="session")
async def webhook(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Webhook]:
    """A running receiver that the setting leads to."""
    receiver = Webhook()
    app = web.Application()
    app.router.add_post("/", receiver.receive)
    async with serving(app) as address:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", f"{address}/")
        settings.cache_clear()
        yield receiver
    monkeypatch.undo()
    settings.cache_clear()


async def test_an_alert_is_posted_once_and_remembered(task: WindowTask, webhook: Webhook):
    await judge_all(task)
    summary = await store_verdicts(task)

    await alert_fraud_team(summary)
    await alert_fraud_team(summary)

    assert webhook.keys == [task.name]
    alert = await blobs.read_blob(await blobs.warehouse(names.REPORTS), f"alerts/2026/01/02/1010/{task.name}.json")
    assert msgspec.json.decode(alert, type=WindowSummary) == summary


async def test_an_amendment_is_told_once_more(task: WindowTask, webhook: Webhook):
    first = await judge_and_store(task, 1)
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    second = await judge_and_store(task, 2)

    for summary in (first, second, first, second):
        await alert_fraud_team(summary)

    assert webhook.keys == [task.name, f"{task.name}-2"]


async def test_an_alert_that_was_refused_raises_and_is_posted_by_the_next_try(task: WindowTask, webhook: Webhook):
    await judge_all(task)
    summary = await store_verdicts(task)
    webhook.refusals = 1

    with pytest.raises(Exception, match="503"):
        await alert_fraud_team(summary)
    await alert_fraud_team(summary)

    assert webhook.keys == [task.name]
