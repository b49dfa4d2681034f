"""Keys of a run and contents under one id, on real Blob Storage and Cosmos."""

import json
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest

from activities.isolate import isolate
from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from activities.reconciliation.write_report import write_report
from fraud.identity import further_id
from fraud.judging import Content, verdicts_on
from fraud.quarantine import QuarantinedEvent, raw
from fraud.quarantine_index import pointer_id, pointer_key
from fraud.windows import Window
from orchestrations.contracts import STAGES
from reconciliation.messages import PartTask, ReportTask, Request, RunName, RunPlan
from reconciliation.paths import plan_path, report_folder, run_folder, secret_path
from reconciliation.reading.keys import SECRET_BYTES
from reconciliation.reporting.report import Report
from services import cosmos, names
from services.blobs import read_blob, warehouse, workflow_data, write_blob
from tests.activities.reconciliation.stored_world import ACTIVITIES, document_of, reconcile, stamps_of, store
from tests.activities.reconciliation.test_activities import a_world
from tests.reconciliation.comparing.test_identity import FRAUD, twin
from tests.reconciliation.world import RANGE, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

RUN = RANGE.instance_id


def classes(report: Report) -> dict[str, int]:
    return {of_class.name: of_class.count for of_class in report.differences}


async def test_the_secret_of_a_run_stays_and_is_gone_with_its_work():
    await store(a_world(Random(1)))
    planned = await plan_reconciliation(Request(RANGE, again=True))
    secret = await read_blob(await workflow_data(), secret_path(RUN))
    await plan_reconciliation(Request(RANGE, again=True))

    assert len(secret) == SECRET_BYTES
    assert await read_blob(await workflow_data(), secret_path(RUN)) == secret
    for written in (msgspec.json.encode(planned), await read_blob(await workflow_data(), plan_path(RUN))):
        assert secret.hex().encode() not in written
        assert secret not in written
    await clear_run(RunName(RUN))
    await reconcile(RANGE)
    assert [blob.name async for blob in (await workflow_data()).list_blobs(name_starts_with=run_folder(RUN))] == []


async def test_a_run_that_another_version_began_is_finished_without_comparing():
    await store(a_world(Random(2)))
    planned = await plan_reconciliation(Request(RANGE, again=True))
    path = plan_path(RUN)
    plan = msgspec.json.decode(await read_blob(await workflow_data(), path), type=RunPlan)
    await write_blob(await workflow_data(), path, msgspec.json.encode(msgspec.structs.replace(plan, method="5")))
    await (await workflow_data()).delete_blob(secret_path(RUN))

    for stage, activity in STAGES.items():
        for number in range(planned.parts.get(stage, 0)):
            assert (await ACTIVITIES[activity.name](PartTask(RUN, stage, number))).records == 0
    outcome = await write_report(ReportTask(RUN, RANGE.end))

    assert (outcome.verdict, outcome.compared_until) == ("incomplete", RANGE.start)
    assert "reconcile the range again" in outcome.sentence
    await clear_run(RunName(RUN))
    assert (await reconcile(RANGE))[0].verdict == "balanced"


async def test_a_content_that_arrived_long_before_is_asked_for_before_its_verdict_is_called_wrong():
    """The archive keeps the second content of an id beside the first, which arrived months ago."""
    other = twin(FRAUD, discount=70)
    world = World.of([*a_world(Random(3)).events, FRAUD])
    both = World.of([FRAUD, other])
    verdicts = [line for line in both.verdicts if line["event_id"] == FRAUD.id]
    world.verdicts = [line for line in world.verdicts if line["event_id"] != FRAUD.id] + verdicts
    await store(world)
    (own,) = [document for document in world.documents if document.id == FRAUD.id]
    (of_other,) = [document for document in both.documents if document.body == other.body]
    earlier = {
        **document_of(world, of_other),
        "id": further_id(FRAUD.id, json.loads(other.body)),
        "archive": {"enqueued_time": "2025-01-01T00:00:00+00:00", "event_id": FRAUD.id},
    }
    container = await cosmos.events()

    _, without = await reconcile(RANGE)
    await container.upsert_item(earlier)
    marked = {**document_of(world, own), "archive": {**stamps_of(own), "further": True}}
    await container.upsert_item(marked)
    _, with_both = await reconcile(RANGE)
    await container.delete_item(earlier["id"], partition_key=str(earlier["archive_key"]))

    # Nothing was told of the verdict under the id with two contents, which is high.
    assert classes(without) == {"verdict_differs": 2, "alert_missing": 1}
    assert classes(with_both) == {"id_reused": 1, "alert_missing": 1}
    assert with_both.accounts.matched == with_both.accounts.expected == without.accounts.matched + 1


async def test_a_content_that_lies_in_quarantine_since_long_before_is_looked_for_before_its_verdict_is_called_wrong():
    odd = json.dumps(json.loads(FRAUD.body) | {"store_id": "x", "discount": 70}).encode()
    world = World.of([*a_world(Random(5)).events, FRAUD])
    (own,) = [line for line in world.verdicts if line["event_id"] == FRAUD.id]
    window = Window(datetime.fromisoformat(own["window_start"]), datetime.fromisoformat(own["window_end"]))
    contents = [
        Content(json.loads(FRAUD.body), "archive", None, "r"),
        Content(json.loads(odd), "quarantine", None),
    ]
    lines = verdicts_on(FRAUD.id, contents, FRAUD.store, window)
    world.verdicts.remove(own)
    world.verdicts += [msgspec.to_builtins(line) for line in lines]
    await store(world)
    record = QuarantinedEvent(
        reason="its store is a text",
        raw_base64=raw(odd),
        partition="0",
        offset="0",
        sequence_number=3,
        enqueued_time=datetime(2025, 1, 1, tzinfo=UTC),
    )

    _, without = await reconcile(RANGE)
    await isolate(record)
    _, after = await reconcile(RANGE)
    await (await cosmos.events()).delete_item(pointer_id(FRAUD.id), partition_key=pointer_key(FRAUD.id))
    await (await warehouse(names.QUARANTINE)).delete_blob(record.path)

    assert classes(without)["verdict_differs"] == 2
    assert "verdict_differs" not in classes(after)
    assert classes(after)["id_reused"] == 1
    assert after.accounts.matched == after.accounts.expected == without.accounts.matched + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enqueued_time": "2020-01-01T00:00:00+00:00"}, "enqueued_time"),
        ({"enqueued_time": None}, "enqueued_time"),
        ({"enqueued_time": "zzz"}, "enqueued_time"),
        ({"sequence_number": "7"}, "sequence_number"),
        ({"sequence_number": 99_999}, "sequence_number"),
        ({"partition": "9"}, "partition"),
    ],
    ids=str,
)
async def test_a_document_whose_stamps_somebody_has_changed_is_named_wherever_it_says_that_it_is(
    changes: dict[str, object], field: str
):
    world = World.of([*a_world(Random(6)).events, FRAUD])
    await store(world)
    (own,) = [document for document in world.documents if document.id == FRAUD.id]
    container = await cosmos.events()
    changed = {**document_of(world, own), "archive": {**stamps_of(own), **changes}}
    await container.upsert_item(changed)

    _, report = await reconcile(RANGE)
    await container.delete_item(changed["id"], partition_key=str(changed["archive_key"]))

    (of_class,) = [each for each in report.differences if each.name == "differs_in_cosmos"]
    assert [example.fields for example in of_class.examples] == [(field,)]


@pytest.mark.parametrize(
    "stamps", [{}, {"archive": None}, {"archive": {}}, {"archive": {"enqueued_time": "zzz"}}], ids=str
)
async def test_a_document_from_which_somebody_has_taken_its_arrival_is_named(stamps: dict[str, object]):
    world = World.of([*a_world(Random(8)).events, FRAUD])
    await store(world)
    (own,) = [document for document in world.documents if document.id == FRAUD.id]
    bare = {name: value for name, value in document_of(world, own).items() if name != "archive"}
    container = await cosmos.events()
    await container.upsert_item(bare | stamps)

    _, report = await reconcile(RANGE)
    await container.delete_item(bare["id"], partition_key=str(bare["archive_key"]))

    assert not report.balanced
    (of_class,) = [each for each in report.differences if each.name == "differs_in_cosmos"]
    assert [(example.event_id, example.fields) for example in of_class.examples] == [(FRAUD.id, ("enqueued_time",))]


async def test_a_document_that_somebody_lets_expire_is_named():
    world = World.of([*a_world(Random(7)).events, FRAUD])
    await store(world)
    (own,) = [document for document in world.documents if document.id == FRAUD.id]
    changed = {**document_of(world, own), "archive": stamps_of(own), "ttl": 31_536_000}
    await (await cosmos.events()).upsert_item(changed)

    _, report = await reconcile(RANGE)

    (of_class,) = [each for each in report.differences if each.name == "differs_in_cosmos"]
    assert [example.fields for example in of_class.examples] == [("ttl",)]


async def test_each_content_is_backfilled_and_judged_by_itself():
    other = twin(FRAUD, discount=70)
    world = World.of([*a_world(Random(4)).events, FRAUD, other])
    world.documents = [document for document in world.documents if document.body != other.body]
    world.verdicts = [line for line in world.verdicts if line["event"]["discount"] != 70]
    await store(world)

    _, report = await reconcile(RANGE)

    assert classes(report) == {"id_reused": 1, "absent_from_cosmos": 1, "missing_from_fraud": 1}
    (absent,) = next(of_class.examples for of_class in report.differences if of_class.name == "absent_from_cosmos")
    (event,) = [event for event in world.events if event.body == other.body]
    assert absent.sequence_number == event.sequence
    page = await read_blob(await warehouse(names.REPORTS), f"{report_folder(RUN)}/report.html")
    assert b"One id, several contents" in page
