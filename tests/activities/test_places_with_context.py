"""Contract: what no window can name is judged by its place with context, on evidence of that place."""

import json
import os
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.judge_places import judge_places
from activities.kept_evidence import list_evidence, snapshot_of
from fraud.archive import ReceivedEvent
from fraud.quarantine_places import EVENTS_WITH_CONTEXT, LARGEST_SHARED, PlacesTask, parse_place
from fraud.rules.shipped import SEED, shipped
from fraud.verdicts import Verdict, from_ndjson
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.verdicts import Field, check_by_place
from services import blobs, cosmos, look_ups, names, rules_in_use
from services.settings import settings
from tests.fraud.builders import ENQUEUED, event_body, received

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("clients", "context_set"),
]

CONTEXT = shipped()["context"].id
KEYS = RunKeys(b"x")
_thousands = iter(range(60_000_000, 70_000_000, 1_000))  # no other file counts there, and the store is shared


async def activate(name: str) -> None:
    os.environ["RULE_SET"] = name
    settings.cache_clear()
    await rules_in_use.forget()


def fraud(place: int, customer: int, **changes: Any) -> ReceivedEvent:
    """A flagged sale whose id is a number, so that no window can name it."""
    sale = json.loads(event_body(cust_id=customer, sku=customer, category="Toys"))
    return received(json.dumps(sale | {"id": place} | changes).encode(), place)


async def tasks_of(delivery: Sequence[ReceivedEvent]) -> list[PlacesTask]:
    return await archive_events(delivery)


async def judged(tasks: Sequence[PlacesTask]) -> bytes:
    """The verdicts after these tasks, of one case."""
    for task in tasks:
        assert await judge_places(task)
    return await blobs.read_blob(await blobs.warehouse(names.FRAUD_EVENTS), tasks[0].verdicts_path)


async def evidence_paths(task: PlacesTask) -> list[str]:
    return (await list_evidence([task.verdicts_path]))[task.verdicts_path]


async def forget(task: PlacesTask) -> None:
    """As if nothing of it had been judged."""
    container = await blobs.warehouse(names.FRAUD_EVENTS)
    for path in (task.verdicts_path, *(await evidence_paths(task))):
        await blobs.delete_blob(container, path)
    await look_ups.forget()


def of(verdict: Verdict, evidence: Any) -> Field:
    """The fields that differ when the reconciliation judges a verdict again."""
    place = parse_place(verdict.event_id)
    assert place
    return check_by_place(verdict, KEYS, place.number, evidence).fields


async def test_a_place_is_judged_by_the_active_set_on_facts_that_the_reconciliation_finds_beside_it():
    first = next(_thousands)
    before = ReceivedEvent(
        event_body(f"{first}-before", cust_id=first, sku=first, category="Toys"),
        "1",
        1,
        "1",
        ENQUEUED - timedelta(hours=1),
        None,
    )
    (task,) = await tasks_of([before, fraud(first, first), fraud(first + 1, first + 1)])

    verdicts = from_ndjson(await judged([task]))

    snapshot = await snapshot_of(await evidence_paths(task))
    assert [verdict.event_id for verdict in verdicts] == [f"p1-{first}", f"p1-{first + 1}"]
    assert {(verdict.rule_set, verdict.profile_day) for verdict in verdicts} == {(CONTEXT, None)}
    assert "SAME_SKU_AGAIN" in {reason.rule for reason in verdicts[0].reasons}
    assert "SAME_SKU_AGAIN" not in {reason.rule for reason in verdicts[1].reasons}
    assert [of(verdict, snapshot) for verdict in verdicts] == [Field(0), Field(0)]
    falsified = msgspec.structs.replace(verdicts[0], score=0, band="low", reasons=())
    assert {entry.facts["customer.sales_24h"] for part in snapshot.parts for entry in part.entries} == {1, 2}
    assert of(falsified, snapshot) == Field.SCORE | Field.REASONS | (
        Field.BAND if verdicts[0].band != "low" else Field(0)
    )
    assert of(verdicts[0], await snapshot_of([])) == Field.EVIDENCE
    swapped = msgspec.structs.replace(verdicts[0], evidence=verdicts[1].evidence)
    assert of(swapped, snapshot) == Field.EVIDENCE, "that is evidence of another place"


async def test_verdicts_are_the_same_however_places_are_cut_ordered_and_delivered_again():
    first = next(_thousands)
    frauds = [fraud(first + number, first + number % 3, qty=1 + number) for number in range(4)]
    array = b"[%s]" % b",".join(event.body for event in frauds[:2])
    frauds.append(received(array, first + 4))
    whole = await tasks_of(frauds)
    expected = await judged(whole)
    assert len(from_ndjson(expected)) == 4 + 2

    for seed in range(2):
        await forget(whole[0])
        rng = random.Random(seed)
        deliveries = [rng.sample(frauds, 3), frauds[:2], frauds[2:], frauds[4:]]
        rng.shuffle(deliveries)
        tasks = [task for delivery in deliveries for task in await tasks_of(delivery)]
        assert await judged(tasks) == expected, seed


@pytest.mark.parametrize(("first_set", "then"), [("context", "seed"), ("seed", "context")])
async def test_a_place_keeps_the_set_that_judged_it_first(first_set: str, then: str):
    first = next(_thousands)
    frauds = [fraud(first + number, first) for number in range(3)]
    await activate(first_set)
    expected = await judged(await tasks_of(frauds[:2]))

    await activate(then)
    again = from_ndjson(await judged(await tasks_of(frauds)))

    assert again[:2] == from_ndjson(expected)
    assert [verdict.rule_set for verdict in again] == [shipped()[name].id for name in (first_set, first_set, then)]


async def test_what_reaches_the_archive_later_changes_no_verdict_and_lost_evidence_is_looked_up_anew():
    first = next(_thousands)
    (task,) = await tasks_of([fraud(first, first)])
    expected = await judged([task])
    later = event_body(f"{first}-later", cust_id=first, sku=first, category="Toys")
    await archive_events([received(later, first + 5)])
    await look_ups.forget()

    assert await judged([task]) == expected
    (path,) = await evidence_paths(task)
    await blobs.write_blob(await blobs.warehouse(names.FRAUD_EVENTS), path, b"nothing", "application/gzip")
    (verdict,) = from_ndjson(await judged([task]))

    assert verdict.evidence != from_ndjson(expected)[0].evidence
    assert of(verdict, await snapshot_of(await evidence_paths(task))) == Field(0)


async def test_of_a_body_with_thousands_of_frauds_the_first_are_judged_with_context():
    first, count = next(_thousands), EVENTS_WITH_CONTEXT + 2
    sale = json.loads(event_body(cust_id=first, sku=first, category="Toys"))
    body = json.dumps([sale | {"id": number} for number in range(count)]).encode()

    (task,) = await tasks_of([received(body, first)])
    verdicts = from_ndjson(await judged([task]))

    by_seed = [verdict for verdict in verdicts if verdict.rule_set == SEED.id]
    assert (len(verdicts), len(by_seed)) == (count, 2)
    snapshot = await snapshot_of(await evidence_paths(task))
    assert {of(verdict, snapshot) for verdict in verdicts} == {Field(0)}


async def test_another_content_under_the_id_at_its_store_counts_against_what_is_judged_by_its_place():
    first = next(_thousands)
    sales = [json.loads(event_body(f"{first}-{number}", cust_id=first)) for number in range(25)]
    await archive_events([received(event_body(f"{first}-24", cust_id=first + 1), first + 1)])

    (task,) = await tasks_of([received(json.dumps(sales).encode(), first)])
    verdicts = from_ndjson(await judged([task]))

    reused = [verdict for verdict in verdicts if "ID_REUSED" in {reason.rule for reason in verdict.reasons}]
    assert [verdict.event_id for verdict in reused] == [f"p1-{first}/24"]
    snapshot = await snapshot_of(await evidence_paths(task))
    assert of(reused[0], snapshot) == Field(0)


async def test_verdicts_by_place_are_the_same_in_whatever_portions_contents_under_their_ids_come(
    monkeypatch: pytest.MonkeyPatch,
):
    first = next(_thousands)
    stores = [{"store_id": number % 2} for number in range(24)]
    sales = [json.loads(event_body(f"{first}-{n}", cust_id=first, **store)) for n, store in enumerate(stores)]
    others = [event_body(f"{first}-{n}", cust_id=first + 1, note="x" * 10_000, **stores[n]) for n in range(20)]
    await archive_events([received(other, first + 1 + n) for n, other in enumerate(others)])
    body = json.dumps([*sales, sales[0] | {"id": 7}]).encode()
    (task,) = await tasks_of([received(body, first)])
    whole = await judged([task])
    await forget(task)
    monkeypatch.setattr(cosmos, "MOST_BYTES", 60_000)

    in_portions = await judged([task])

    assert in_portions == whole
    reused = [verdict for verdict in from_ndjson(whole) if "ID_REUSED" in {reason.rule for reason in verdict.reasons}]
    parts = (await snapshot_of(await evidence_paths(task))).parts
    assert len(reused) == 20
    assert len(parts) > 4
    assert max(len(part.entries) for part in parts) <= 8
    assert sum(len(part.entries) for part in parts) == 25


async def test_a_large_body_that_an_earlier_version_has_judged_stays_in_its_case_when_it_is_delivered_again():
    number = next(_thousands)
    delivery = [fraud(number, 83, note="x" * LARGEST_SHARED)]
    (task,) = await tasks_of(delivery)
    before = await judge_places(task.as_before)

    (again,) = await tasks_of(delivery)

    assert again.large == number
    assert before is not None
    assert await judge_places(again) == before
    await judge_places((await tasks_of([fraud(number + 1, 83, note="x" * LARGEST_SHARED)]))[0])
    folder = task.verdicts_path.rpartition("/")[0]
    listed = (await blobs.warehouse(names.FRAUD_EVENTS)).list_blobs(name_starts_with=f"{folder}/{task.as_before.name}")
    assert [blob.name async for blob in listed] == [
        task.as_before.verdicts_path.replace(".ndjson", f"-at-{number + 1}.ndjson"),
        task.as_before.verdicts_path,
    ]
