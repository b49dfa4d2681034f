"""Fills the local parts for the desk: cases, their verdicts, archived events, and instances of orchestrations."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDKs' documents and decorators are untyped.

import asyncio
import json
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import azure.durable_functions as df
import msgspec

from activities.archive_events import archive_events
from fraud.archive import ReceivedEvent
from fraud.desk.review import REVIEW_FIELD, CaseState, EntryKind, JournalEntry, Review
from fraud.generation import GeneratedEvent, generate_events
from fraud.verdicts import Case, Reason, Verdict, case_of, to_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, Window, window_of
from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.testing import Clock
from local_azure.testing.sdk_worker import SdkWorker
from services import cosmos, names
from services.blobs import NDJSON, warehouse, write_blob
from services.concurrency import together
from services.desk.reviews import entry_document

STORES = 100
_VERDICTS = 5
_DELIVERY = 1_000
_AT_ONCE = 8
_BATCH = 100
HALF: Mapping[CaseState, float] = {"confirmed": 0.2, "dismissed": 0.3, "in_review": 0.01, "escalated": 0.01}
"""The share of cases in each state; the others are untouched. Half of them wait for a decision."""
FEW: Mapping[CaseState, float] = {"confirmed": 0.3, "dismissed": 0.65, "in_review": 0.01, "escalated": 0.005}
"""As in a desk that keeps up: of a hundred cases five wait, which lie far apart among the others."""
_DEEDS: Mapping[CaseState, EntryKind] = {
    "confirmed": "decided",
    "dismissed": "decided",
    "in_review": "assigned",
    "escalated": "decided",
}
_WHY = "Compared with the customer's orders of the last day."
_RULES = ("MULTIPLE_ACCOUNTS", "GIFT_CARDS", "DEEP_DISCOUNT")


async def fill_cases(
    count: int, now: datetime, *, with_verdicts: int = 2_000, states: Mapping[CaseState, float] = HALF
) -> str:
    """Write cases of the windows before `now`, an equal number for each store; the name of the latest.

    The verdicts of so many of the latest are written as well. `states` are the shares of cases that have a review.
    """
    chance = Random(7)
    by_store: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    container = await cosmos.cases()
    newest, last = window_of(now - timedelta(minutes=10)), ""
    for number in range(count):
        store = 1 + number % STORES
        back = timedelta(minutes=5) * (number // STORES)
        window = Window(newest.start - back, newest.end - back)
        judged = _verdicts(number, store, window)
        name = SuspiciousWindow(store, tuple(verdict.event_id for verdict in judged), window).name
        path = verdicts_path(name, window.end)
        last = last or name
        if number < with_verdicts:
            await write_blob(await warehouse(names.FRAUD_EVENTS), path, to_ndjson(judged), NDJSON)
        case = case_of(name, store, window, judged, f"{names.FRAUD_EVENTS}/{path}")
        by_store[store] += _reviewed(case, chance.random(), states, now)
        if len(by_store[store]) >= _BATCH - 1:
            await container.execute_item_batch([("create", (document,)) for document in by_store.pop(store)], store)
    for store, documents in by_store.items():
        await container.execute_item_batch([("create", (document,)) for document in documents], store)
    return last


def _verdicts(number: int, store: int, window: Window) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for place, event in enumerate(generate_events("desk", number, _VERDICTS, 0.0, window.start.isoformat())):
        content = msgspec.to_builtins(event) | {"store_id": store}
        is_high = (number + place) % 10 == 0
        score = 80 if is_high else 40 if place % 2 else 10
        reasons = tuple(Reason(rule, 20, f"the sku {event.sku} and the account {event.cust_id}") for rule in _RULES)
        verdicts.append(
            Verdict(
                event_id=event.id,
                store_id=store,
                window_start=window.start,
                window_end=window.end,
                score=score,
                band="high" if is_high else "medium" if score == 40 else "low",
                reasons=reasons,
                rule_set="context@1",
                run_id="campaign-desk",
                event=content,
                source="archive",
            )
        )
    return sorted(verdicts, key=lambda verdict: verdict.event_id)


def _reviewed(case: Case, chance: float, states: Mapping[CaseState, float], now: datetime) -> list[dict[str, Any]]:
    """A case as its document, and the entry of its journal if somebody has changed its state."""
    document = msgspec.to_builtins(case)
    for state, up_to in zip(states, accumulate(states.values()), strict=True):
        if chance < up_to:
            entry = JournalEntry(
                case_id=case.id, number=1, when=now, who="Ana", by="name", what=_DEEDS[state], state=state, why=_WHY
            )
            review = Review(state=state, assignee="Ana", entries=1, changed=now)
            return [document | {REVIEW_FIELD: msgspec.to_builtins(review)}, entry_document(entry, case.store_id)]
    return [document]


async def fill_events(count: int, now: datetime, over: timedelta) -> GeneratedEvent:
    """Archive events that arrived evenly before `now`; one of the latest."""
    deliveries = range(0, count, _DELIVERY)

    async def archive(first: int) -> None:
        arrived = now - over * (1 - first / count)
        await archive_events(list(_delivery(first, min(_DELIVERY, count - first), arrived)))

    await together((archive(first) for first in deliveries), at_once=_AT_ONCE)
    return next(generate_events("desk-events", deliveries[-1], 1, 0.0, now.isoformat()))


def _delivery(first: int, count: int, arrived: datetime) -> Iterator[ReceivedEvent]:
    events = generate_events("desk-events", first, count, 0.0, arrived.isoformat())
    for sequence_number, event in enumerate(events, first):
        yield ReceivedEvent(
            body=msgspec.json.encode(event),
            partition=str(first // _DELIVERY % 4),
            sequence_number=sequence_number,
            offset=str(sequence_number),
            enqueued_time=arrived,
            run_id="campaign-desk",
        )


async def fill_instances(database: Path, count: int) -> None:
    """Run instances to their end in a hub that a host can take over: of a hundred, two go on waiting."""
    hub = TaskHub(database, SdkWorker(_app()), Clock(), HubSettings())
    await hub.start()
    try:
        names_of_all = [_start(hub, number) for number in range(count)]
        for name in names_of_all:
            if name.startswith("window-") and not await hub.wait_until_finished(name, 300):
                raise TimeoutError(f"the instance {name} has not ended")
        await asyncio.sleep(1)  # those that wait have begun by then
    finally:
        await hub.stop()


def _start(hub: TaskHub, number: int) -> str:
    waits = number % 50 == 0
    name = f"{'review-window' if waits else 'window'}-{number % STORES}-{number:06}"
    orchestrator = "review_case" if waits else "analyze_window"
    return hub.client.start(orchestrator, json.dumps(json.dumps({"case_id": name})), name)


def _app() -> df.DFApp:
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context")
    def analyze_window(context: Any) -> Generator[Any, Any, dict[str, int]]:
        judged = yield context.call_activity("judge_events", 5)
        return {"suspicious": judged}

    @app.orchestration_trigger(context_name="context")
    def review_case(context: Any) -> Generator[Any, Any, None]:
        yield context.wait_for_external_event("decided")

    @app.activity_trigger(input_name="count")
    def judge_events(count: int) -> int:
        return count

    return app
