"""A hostile producer against the running stack: what no process of it may hide from the report.

The bodies pass the real hub, stream job, queue, host and workflows; where each came to lie is read from the hub.
Windows are judged with the set that the app has by default: the report judges their verdicts again from evidence.
"""

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import cast

import msgspec
import pytest
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubProducerClient

from cli import reconciliations
from cli.app_client import AppClient, AppError
from cli.stack_process import running_stack
from reconciliation.messages import Outcome
from services import names
from services.clients import close_clients
from services.settings import settings as app_settings
from tests.activities.hub_reader import events_since
from tests.trust.day import WINDOW, Account, Day, Occurrence
from tests.trust.oracle import BY_PLACE, Fault, complaints
from tests.trust.planted import FAULTS
from tests.trust.producer import KINDS, LARGE_KINDS, Sent, make

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.long, pytest.mark.timeout(1_800)]

SEQUENCES = 200
STEPS = 8
SPEED = 30.0
OF_OTHERS = 3_000
PARTITIONS = 4
_SETTLE_SECONDS = 300.0
_NOT_HERE = "capture deleted"
"""Capture lays its blobs by intervals of its own, so this one is left to the producer in one process."""


class Producer:
    """Sends sequences of bodies, and keeps what each of them truly is."""

    def __init__(self, seed: str) -> None:
        self.by_body: dict[bytes, Sent] = {}
        self.victims: dict[str, str] = {}
        """The faults to plant, by the ids of the frauds that they will be done to."""
        self._random = Random(seed)
        self._name = f"run{seed}"
        self._faults = sorted(FAULTS.keys() - {_NOT_HERE})

    def large(self) -> Iterator[Sent]:
        """Bodies that would stop a job which puts whatever it gets into a row."""
        for kind in LARGE_KINDS:
            yield self._kept(make(kind, f"{self._name}-{kind.replace(' ', '-')}", 1, 0))

    def sequence(self, number: int) -> Iterator[Sent]:
        """The bodies of a sequence: under three ids of its own and one of all, some of them twice."""
        last: Sent | None = None
        for step in range(STEPS):
            chance = self._random.random()
            if last and chance < 0.15:
                yield last
            elif chance < 0.2:
                yield self._victim(number, step)
            else:
                name = self._random.randrange(4)
                event_id = f"{self._name}-{name}" if name == 0 else f"{self._name}-{number}-{name}"
                kind, store = self._random.choice(KINDS), self._random.randrange(1, 3)
                last = self._kept(make(kind, event_id, store, step))
                yield last

    def _victim(self, number: int, step: int) -> Sent:
        fault = self._random.choice(self._faults)
        kind = "long id" if fault.startswith(BY_PLACE) else "fraud"
        sent = self._kept(make(kind, f"{self._name}-victim-{number}-{step}", 1, 0))
        assert sent.event_id
        self.victims[sent.event_id] = fault
        return sent

    def _kept(self, sent: Sent) -> Sent:
        return self.by_body.setdefault(sent.body, sent)


async def send(producer: Producer, app: AppClient) -> None:
    """Send all sequences, ten in a window, and events of others, many at once, from the producer function."""
    connection = app_settings().event_hubs.connection_string
    assert connection
    async with EventHubProducerClient.from_connection_string(connection, eventhub_name=names.EVENT_HUB) as client:
        for sent in producer.large():
            await client.send_batch([EventData(sent.body)], partition_id="1")
        for number in range(SEQUENCES):
            if number in (20, 21):
                with contextlib.suppress(AppError):  # on a busy machine it says that a part was sent, which is as good
                    await asyncio.to_thread(app.post, "store-events-producer-fn", {"count": OF_OTHERS})
            for step, sent in enumerate(producer.sequence(number)):
                await client.send_batch([EventData(sent.body)], partition_id=str((number + step) % PARTITIONS))
            await asyncio.sleep(WINDOW.total_seconds() / SPEED / 10)


async def arrived(producer: Producer) -> list[Occurrence]:
    """All that lies in the hub, in its place."""
    occurrences: list[Occurrence] = []
    for partition in range(PARTITIONS):
        for event in await events_since({str(partition): -1}):
            sent = producer.by_body.get(b"".join(cast(Iterable[bytes], event.body)))
            if sent is None:
                continue  # of others
            assert event.enqueued_time is not None
            assert event.sequence_number is not None
            occurrences.append(Occurrence(sent, event.enqueued_time, partition, event.sequence_number, is_late=False))
    return occurrences


async def reconciled(app: AppClient, day: Day) -> Account:
    """The account of the day, when the archive covers it."""

    def run_once() -> Outcome:
        return reconciliations.wait(app, reconciliations.start(app, day.start, day.end, again=True), lambda _: None)

    outcome = await asyncio.to_thread(reconciliations.until_complete, run_once, _SETTLE_SECONDS, print)
    return await day.account(outcome.reports["json"])


def now(app: AppClient) -> datetime:
    """Azure's time; a client tells that of its last answer."""
    return AppClient(app.base_url, patience=60).now()


async def campaign(app: AppClient, seed: str) -> None:
    """Send, settle, plant, and hold both reports to what was sent and done."""
    begin: datetime = await asyncio.to_thread(now, app)
    producer = Producer(seed)
    await send(producer, app)
    end: datetime = await asyncio.to_thread(now, app)
    start = begin - (begin - datetime(1970, 1, 1, tzinfo=begin.tzinfo)) % WINDOW
    day = Day(start, (end - start) // WINDOW + 1)
    day.occurrences = await arrived(producer)
    number, changed = 0, time.monotonic()
    while wrong := complaints(day.occurrences, [], await reconciled(app, day), as_they_came=True):
        # What a window waits for is judged minutes of Azure's time later.
        print(f"not yet: {len(wrong)} complaints, such as {wrong[0][:300]}", flush=True)
        if len(wrong) != number:
            number, changed = len(wrong), time.monotonic()
        assert time.monotonic() < changed + _SETTLE_SECONDS, "\n".join(wrong[:20])
        await asyncio.sleep(5)

    at = {each.sent.event_id: each for each in day.occurrences}
    faults = [
        Fault(fault, at[event_id])
        for event_id, fault in producer.victims.items()
        if await FAULTS[fault](day, at[event_id])
    ]
    wrong = complaints(day.occurrences, faults, await reconciled(app, day), as_they_came=True)
    print(f"seed {seed}: {SEQUENCES} sequences, {len(day.occurrences)} events, {len(faults)} faults planted")
    assert not wrong, "\n".join(wrong[:20])
    assert len(faults) > SEQUENCES / 10


def test_no_fraud_passes_and_no_fault_stays_unnamed_in_the_running_stack(tmp_path: Path):
    settings = tmp_path / "local.settings.json"
    seed = os.environ.get("TRUST_SEED") or str(secrets.randbelow(10**6))
    with running_stack(tmp_path / "state", SPEED, print, settings) as stack, pytest.MonkeyPatch.context() as patch:
        for name, value in msgspec.json.decode(stack.settings.read_bytes())["Values"].items():
            patch.setitem(os.environ, name, value)
        app_settings.cache_clear()
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(campaign(AppClient(stack.url, patience=60), seed))
        finally:
            loop.run_until_complete(close_clients())
            loop.close()
    app_settings.cache_clear()
