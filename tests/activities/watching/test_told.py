"""Each fault is made with real services and told in all three ways: health, log line and notice; then it is over.

Nothing archives, reports or analyses here, so whatever waits, waits: a second is the threshold of times. All faults are
made at once, because a look takes a second.
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from azure.eventhub import EventData
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from activities.archive_events import archive_events
from activities.check_health import check_health
from activities.quarantine import quarantine
from activities.reconciliation.chain import verify_chain, write_and_link
from activities.watching import flagged_windows, watch_pipeline
from activities.watching.note_night import note_night
from fraud.archive import ReceivedEvent
from fraud.quarantine import QuarantinedEvent
from fraud.verdicts import verdicts_path
from fraud.watching.checks import CHECKS, CheckState, Night
from fraud.watching.health import Health
from fraud.windows import parse_windows, window_of
from local_azure.testing.web import serving
from services import blobs, cosmos, event_hub, names
from services.clients import close_clients
from services.settings import settings
from tests.fraud.builders import event_body
from tests.support.parts import azure

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SECONDS = 60
THRESHOLDS = dict.fromkeys([f"WATCH_{name}_SECONDS" for name in ("ARCHIVER", "STREAM_JOB", "QUEUE", "ANALYSIS")], "1")
SECRET = "s3cret"
REPORT = "reconciliations/a report"


class People:
    """Those who operate the pipeline, behind a webhook: the notices that they got."""

    def __init__(self) -> None:
        self.notices: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.notices.append(await request.json())
        return web.Response()

    def heard(self, check: str) -> list[str]:
        return [notice["kind"] for notice in self.notices if notice["check"]["name"] == check]


class Story(msgspec.Struct):
    """Three looks: before anything, with all faults, and once they were mended."""

    people: People
    before: Health
    with_faults: Health
    mended: Health
    log: list[str]
    kept: set[str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """The services of an empty pipeline, the faults, and what came of them."""
    people, log = People(), Log()
    app = web.Application()
    app.router.add_post(f"/{SECRET}", people.take)
    with azure(tmp_path_factory.mktemp("told")) as their_settings, pytest.MonkeyPatch.context() as patch:
        async with serving(app) as address:
            for name, value in {
                **their_settings,
                **THRESHOLDS,
                "OPERATIONS_WEBHOOK_URL": f"{address}/{SECRET}",
            }.items():
                patch.setitem(os.environ, name, value)
            settings.cache_clear()
            await close_clients()
            patch.setattr(watch_pipeline, "_REST_SECONDS", 0.0)
            patch.setattr(flagged_windows, "_noted", {})
            with log.of("activities"):
                yield await told(people, patch, log)
            await close_clients()
    settings.cache_clear()


class Log(logging.Handler):
    """Keeps the lines of a logger."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    @contextmanager
    def of(self, name: str) -> Generator[None]:
        logger = logging.getLogger(name)
        level = logger.level
        logger.addHandler(self)
        logger.setLevel(logging.INFO)
        yield
        logger.removeHandler(self)
        logger.setLevel(level)


async def told(people: People, patch: pytest.MonkeyPatch, log: Log) -> Story:
    await watch_pipeline.watch_pipeline()
    before = await check_health()
    await make_faults()
    patch.setitem(os.environ, "WATCH_NIGHT_SECONDS", "1")
    settings.cache_clear()
    await until_all_heard(people, "raised")
    with_faults = await check_health()
    await mend()
    patch.delitem(os.environ, "WATCH_NIGHT_SECONDS")
    for name in ("WATCH_QUARANTINED", "WATCH_UNRESOLVED"):  # what was counted stays for hours
        patch.setitem(os.environ, name, "3")
    settings.cache_clear()
    await until_all_heard(people, "recovered")
    reports = await blobs.warehouse(names.REPORTS)
    kept = {Path(blob.name).stem async for blob in reports.list_blobs(name_starts_with="notices/")}
    return Story(people, before, with_faults, await check_health(), log.lines, kept)


async def until_all_heard(people: People, kind: str) -> None:
    async with asyncio.timeout(SECONDS):
        while any(kind not in people.heard(name) for name in CHECKS):
            await watch_pipeline.watch_pipeline()


@cache
def begun() -> datetime:
    """When the story begins. The file is read minutes before that, by which Capture would lag in earnest."""
    return datetime.now(UTC)


def windows() -> tuple[datetime, datetime]:
    """The ends of two windows that are over; nobody reports the second."""
    last = window_of(begun() - timedelta(minutes=5)).end
    return last - timedelta(minutes=5), last


async def make_faults() -> None:
    """Events that nobody archives, a Capture blob that is gone, a window that nobody reports, and so on."""
    await event_hub.send_events("1", [EventData(event_body("e"))])
    await capture_all_but_one()
    for end in windows():
        flagged = event_body(f"flagged-{end:%H%M}", discount=72)
        await archive_events([ReceivedEvent(flagged, "1", 7, "7", end - timedelta(seconds=9), None)])
    await report(windows()[0])
    await fill_queue()
    await fill_quarantine()
    for minutes in (5, 100):  # the first may still be found
        end = msgspec.to_builtins(datetime.now(UTC) - timedelta(minutes=minutes))
        case = {"id": f"w{minutes}", "store_id": 3, "window_end": end, "bands": {"unresolved": 3}}
        await (await cosmos.cases()).create_item(case)
    await write_and_link("a report", REPORT, b"")
    await blobs.write_blob(await blobs.warehouse(names.REPORTS), REPORT, b"of another hand")
    await note_night(Night(ended=datetime.now(UTC), run="reconcile-1", verdict="differences", faults=4))


async def mend() -> None:
    await write_checkpoint("1", 0)
    await capture(*GONE)
    await report(windows()[1])
    for end in windows():
        (window,) = parse_windows(msgspec.json.encode(row_of(end))).windows
        await blobs.write_blob(await blobs.warehouse(names.FRAUD_EVENTS), verdicts_path(window.name, end), b"")
    await empty_queue()
    await blobs.write_blob(await blobs.warehouse(names.REPORTS), REPORT, b"")
    await note_night(Night(ended=datetime.now(UTC), run="reconcile-2", verdict="empty", faults=0))


GONE = (2, 6)


async def capture(partition: int, minutes: int) -> None:
    """As Capture does, so many minutes before the story."""
    archive = await blobs.warehouse(names.ALL_EVENTS)
    moment = begun() - timedelta(minutes=minutes)
    await archive.upload_blob(f"ns/{names.EVENT_HUB}/{partition}/{moment:%Y/%m/%d/%H/%M/%S}.avro", b"")


async def capture_all_but_one() -> None:
    for partition in range(4):
        for minutes in (11, 6, 1):
            if (partition, minutes) != GONE:
                await capture(partition, minutes)


def row_of(end: datetime) -> dict[str, Any]:
    return {"store_id": 3, "ids": ["flagged"], "WindowStart": end - timedelta(minutes=5), "WindowEnd": end}


async def report(end: datetime) -> None:
    """As the stream job does."""
    row = msgspec.json.encode(row_of(end)) + b"\n"
    suspicious = await blobs.warehouse(names.SUSPICIOUS_EVENTS)
    await blobs.write_blob(suspicious, f"{datetime.now(UTC):%Y/%m/%d/%H}/{end:%H%M}_1.json", row * 3)


async def write_checkpoint(partition: str, number: int) -> None:
    """As the Event Hubs extension does."""
    container = (await blobs.jobs_storage()).get_container_client("azure-webjobs-eventhub")
    await container.create_container()
    path = f"127.0.0.1/{names.EVENT_HUB}/{names.ARCHIVER_GROUP}/checkpoint/{partition}"
    await container.upload_blob(path, b"", metadata={"offset": "0", "sequencenumber": str(number)})


@asynccontextmanager
async def queue() -> AsyncGenerator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(settings().service_bus.connection_string or "") as client:
        yield client


async def fill_queue() -> None:
    async with queue() as client:
        async with client.get_queue_sender(names.WINDOW_QUEUE) as sender:
            await sender.send_messages([ServiceBusMessage(b"{}"), ServiceBusMessage(b"[]")])
        async with client.get_queue_receiver(names.WINDOW_QUEUE) as receiver:
            (message,) = await receiver.receive_messages(max_wait_time=5)
            await receiver.dead_letter_message(message, reason="tried")


async def empty_queue() -> None:
    async with queue() as client:
        for sub_queue in (None, ServiceBusSubQueue.DEAD_LETTER):
            async with client.get_queue_receiver(names.WINDOW_QUEUE, sub_queue=sub_queue) as receiver:
                (message,) = await receiver.receive_messages(max_wait_time=5)
                assert sub_queue or message.delivery_count == 0, "a look at the queue takes no message"
                await receiver.complete_message(message)


async def fill_quarantine() -> None:
    for number in range(3):
        await quarantine(
            QuarantinedEvent(
                reason="tried",
                raw_base64="",
                partition="1",
                offset="0",
                sequence_number=number,
                enqueued_time=datetime.now(UTC),
            )
        )


STATES: dict[str, tuple[CheckState, str]] = {
    "archiver": ("standing", "1 events of 1 partitions wait"),
    "capture": ("lagging", "missing between others"),
    "stream_job": ("lagging", "the window to {last:%H:%M}"),
    "queue": ("standing", "1 messages wait"),
    "dead_letters": ("growing", ""),
    "analysis": ("standing", "1 reported windows have no verdict"),
    "quarantine": ("growing", ""),
    "unresolved": ("growing", ""),
    "night": ("missing", "the last one ended"),
    "night_balance": ("unbalanced", "reconcile-1"),
    "chain": ("broken", "as of "),
}


async def test_an_empty_pipeline_is_well(story: Story):
    assert story.before.status == "ok"
    assert {check.name: check.state for check in story.before.pipeline} == dict.fromkeys(CHECKS, "ok")


@pytest.mark.parametrize("name", CHECKS)
async def test_a_fault_is_told_by_health_by_a_log_line_and_by_one_notice(story: Story, name: str):
    seen = next(check for check in story.with_faults.pipeline if check.name == name)
    state, detail = STATES[name]

    assert seen.state in ((state, "standing") if state == "lagging" else (state, "lagging"))
    assert detail.format(last=windows()[1]) in seen.detail
    assert seen.advice
    assert any(line.startswith(f"event=pipeline_check check={name} state={seen.state} ") for line in story.log)
    assert story.people.heard(name).count("raised") == 1
    assert any(line.startswith(f"event=pipeline_notice check={name} kind=raised ") for line in story.log)


@pytest.mark.parametrize("name", CHECKS)
async def test_a_fault_that_was_mended_is_said_to_be_over(story: Story, name: str):
    assert next(check for check in story.mended.pipeline if check.name == name).is_ok
    assert story.people.heard(name)[-1] == "recovered"
    assert any(line.startswith(f"event=pipeline_notice check={name} kind=recovered ") for line in story.log)


async def test_a_notice_and_its_log_line_hold_the_head_of_the_chain_of_reports(story: Story):
    verified = await verify_chain()
    heads = {notice["head"] for notice in story.people.notices}
    # Each of the two nights is a link, and what was raised before the second one has the head of then.
    assert {int(head.partition(":")[0]) for head in heads} == {verified.links - 1, verified.links}
    assert verified.head in heads
    lines = [line for line in story.log if line.startswith("event=pipeline_notice ")]
    assert {line.rpartition(" head=")[2].split()[0] for line in lines} == heads


async def test_health_fails_while_the_pipeline_stands(story: Story):
    assert (story.with_faults.status, story.mended.status) == ("failed", "ok")


async def test_what_somebody_has_touched_of_the_reports_is_logged_by_the_night(story: Story):
    assert f"chain of reports: '{REPORT} is not what was written'" in story.log


async def test_a_night_that_does_not_balance_is_logged(story: Story):
    assert "event=night verdict=differences faults=4 run=reconcile-1" in story.log


async def test_every_look_is_logged_so_that_silence_is_heard(story: Story):
    assert any(line.startswith(f"event=pipeline_watch checks={len(CHECKS)} failing=") for line in story.log)


async def test_every_look_logs_what_has_passed_for_the_workbook(story: Story):
    lines = [line for line in story.log if line.startswith("event=pipeline_flow ")]

    assert lines[0].startswith("event=pipeline_flow sent=0 archived=0 quarantined=0 waiting=0 dead_letters=0")
    assert any(" dead_letters=0" not in line for line in lines)
    assert any(" quarantined=0 " not in line for line in lines)
    assert all(" sent=0 " not in line for line in lines[1:])


async def test_every_notice_that_was_sent_is_kept_under_its_name(story: Story):
    assert {notice["name"] for notice in story.people.notices} == story.kept


async def test_no_line_and_no_notice_holds_the_address_of_the_webhook(story: Story):
    assert not any(SECRET in text for text in (*story.log, repr(story.people.notices)))
