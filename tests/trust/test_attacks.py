"""Attacks on the archives that are too rare for the hostile producer's chance: each is named, or changes nothing."""

import json
from collections.abc import Coroutine, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fraud.identity import archive_key
from services import cosmos, further_contents, names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from tests.reconciliation.capture_writer import avro, record
from tests.trust.day import WINDOW, Account, Day, Occurrence, blobs_under
from tests.trust.harness import Harness, harness_in_memory
from tests.trust.oracle import Fault, complaints
from tests.trust.planted import FAULTS, falsified
from tests.trust.producer import make

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
_AVRO = "application/octet-stream"


@pytest.fixture
def harness() -> Generator[Harness]:
    """Blobs in memory, and Cosmos."""
    with harness_in_memory() as made:
        yield made


def run(harness: Harness, story: Coroutine[Any, Any, Any]) -> Any:
    return harness.loop.run_until_complete(story)


def path_of(occurrence: Occurrence, second: int = 0) -> str:
    """The blob of Capture that holds an event, or one beside it."""
    moment = occurrence.window_end + timedelta(seconds=second)
    return f"ns/store-events/{occurrence.partition}/{moment:%Y/%m/%d/%H/%M/%S}.avro"


def number_of(occurrence: Occurrence, body: bytes) -> bytes:
    """A blob of Capture with another body at the place of an event."""
    return avro([record(occurrence.sequence, int(occurrence.at.timestamp() * 1_000), body)])


async def capture(path: str, data: bytes) -> None:
    await write_blob(await warehouse(names.ALL_EVENTS), path, data, _AVRO)


def of_frauds(harness: Harness, count: int = 4) -> Day:
    """A day of frauds in order, two in each window, one in each partition."""
    day = Day(NOON, 6, harness.numbers)
    for number in range(count):
        at = NOON + number // 2 * WINDOW + timedelta(minutes=1, seconds=number)
        day.arrive(make("fraud", f"f{number}", 1, number), at)
    return day


@pytest.mark.parametrize("second", [-1, 1])
def test_another_body_at_the_number_of_a_fraud_hides_nothing(harness: Harness, second: int):
    day = of_frauds(harness)
    victim = day.occurrences[0]
    harmless = make("harmless", "f0", 1, 0)

    async def story() -> tuple[Account, Account]:
        await day.process()
        await capture(path_of(victim, second), number_of(victim, harmless.body))
        added = await day.reconcile()
        # Everything else that tells of the fraud says that it was the harmless one, too.
        container = await cosmos.events()
        document: dict[str, Any] = dict(await container.read_item("f0", archive_key(1, "f0")))
        await container.delete_item("f0", archive_key(1, "f0"))
        await container.create_item({**document, **harmless.content})
        for fault in ("report deleted", "verdict deleted"):
            await FAULTS[fault](day, victim)
        return added, await day.reconcile()

    added, hidden = run(harness, story())

    assert added.named() == {"f0": {"id_reused", "absent_from_cosmos"}}
    assert {"missing_from_suspicious", "missing_from_fraud", "id_reused"} <= hidden.named()["f0"]


@pytest.mark.parametrize("changes", [{"archive_key": "99-0"}, {"archive_key": "1-0"}, {"store_id": None}])
def test_a_document_that_no_look_up_comes_upon_is_named(harness: Harness, changes: dict[str, Any]):
    day = of_frauds(harness)

    async def story() -> Account:
        await day.process()
        container = await cosmos.events()
        document: dict[str, Any] = dict(await container.read_item("f0", archive_key(1, "f0")))
        await container.delete_item("f0", archive_key(1, "f0"))
        await container.create_item({**document, **changes})
        return await day.reconcile()

    account = run(harness, story())

    assert not account.report["balanced"]
    assert [damage["path"] for damage in account.report["unreadable"]] == ["events/f0"]


def test_blobs_of_capture_that_were_exchanged_tell_the_same_but_of_another_partition(harness: Harness):
    day = of_frauds(harness, 6)
    mine, *others = day.occurrences[:3]
    empty = path_of(mine).replace("12/05/00", "12/35/00")

    async def exchanged(first: str, second: str) -> str:
        archive = await warehouse(names.ALL_EVENTS)
        before = await read_blob(archive, first), await read_blob(archive, second)
        await capture(first, before[1])
        await capture(second, before[0])
        account = await day.reconcile()
        await capture(first, before[0])
        await capture(second, before[1])
        return account.report["verdict"]

    async def story() -> list[str]:
        await day.process()
        return [await exchanged(path_of(mine), other) for other in (*map(path_of, others), empty)]

    # The documents of the archive name the partitions that the events came by.
    moved = ["differences" if other.partition != mine.partition else "balanced" for other in others]
    assert run(harness, story()) == [*moved, "balanced"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("zz/store-events/0/2026/03/05/12/05/00.avro", b"garbage"),
        ("ns/store-events/0/2026/03/05/12/05/02.avro", b""),
        ("ns/store-events/0/2026/03/05/12/05/02.avro", b"Obj\x01\x00"),
    ],
)
def test_a_blob_that_somebody_has_put_beside_those_of_capture_is_named(harness: Harness, name: str, data: bytes):
    day = of_frauds(harness)

    async def story() -> tuple[Account, Account]:
        await day.process()
        await capture(name, data)
        added = await day.reconcile()
        await delete_blob(await warehouse(names.ALL_EVENTS), name)
        return added, await day.reconcile()

    added, without = run(harness, story())

    assert [damage["path"] for damage in added.report["unreadable"]] == [f"all-events/{name}"]
    assert not added.report["balanced"]
    assert without.report["balanced"]


@pytest.mark.parametrize("number", [-5, 10**12, 2**63 - 1])
def test_a_forged_number_is_a_gap(harness: Harness, number: int):
    day = of_frauds(harness)
    like = day.occurrences[0]
    forged = Occurrence(like.sent, like.at, like.partition, number, is_late=False)

    async def story() -> Account:
        await day.process()
        await capture(path_of(forged, 1), number_of(forged, forged.sent.body))
        return await day.reconcile()

    account = run(harness, story())

    assert [gap["partition"] for gap in account.report["gaps"]] == ["ns/store-events/0"]
    assert account.report["accounts"]["matched"] == 4


def test_what_arrives_on_the_edges_of_windows_and_at_midnight_balances(harness: Harness):
    start = NOON.replace(hour=23, minute=50)
    day = Day(start, 6, harness.numbers)
    for window in range(7):
        for edge in (-1, 0, 1):
            at = start + window * WINDOW + timedelta(milliseconds=edge)
            if start < at <= day.end:
                day.arrive(make("fraud", f"e{window}{edge:+}", 1, 0), at)

    async def story() -> Account:
        await day.process()
        return await day.reconcile()

    account = run(harness, story())

    assert complaints(day.occurrences, [], account) == []
    assert (account.report["verdict"], account.report["accounts"]["matched"]) == ("balanced", 18)


def as_used_once(line: dict[str, Any]) -> dict[str, Any]:
    """All of a verdict but what the id's being used again adds."""
    reasons = [reason for reason in line["reasons"] if reason["rule"] != "ID_REUSED"]
    return line | {"reasons": reasons, "score": sum(reason["weight"] for reason in reasons)}


def test_a_verdict_on_an_id_that_is_read_in_part_is_called_falsified_only_if_it_is(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(further_contents, "MAX_BYTES", 1_500)
    day = Day(NOON, 4, harness.numbers)
    for number, kind in enumerate(["fraud", *["twin harmless"] * 12]):
        day.arrive(make(kind, "many", 1, number), NOON + timedelta(minutes=1, seconds=number))

    async def story() -> tuple[Account, Account]:
        await day.process()
        honest = await day.reconcile()
        assert await falsified(day.occurrences[0], as_used_once)
        return honest, await day.reconcile()

    honest, changed = run(harness, story())

    assert len(honest.verdicts[0]["reasons"]) > len(changed.verdicts[0]["reasons"])
    assert honest.named() == {"many": {"id_reused"}}
    assert {"id_reused", "verdict_differs"} <= changed.named()["many"]


def test_a_verdict_beside_harmless_contents_that_only_quarantine_has_is_called_falsified_only_if_it_is(
    harness: Harness,
):
    day = Day(NOON, 4, harness.numbers)
    day.arrive(make("odd harmless", "alone", 1, 0), NOON + timedelta(minutes=1))
    judged = day.arrive(make("odd field", "alone", 1, 1), NOON + timedelta(minutes=2))
    for number in range(2):
        day.arrive(make("odd twin fraud", "both", 1, number), NOON + timedelta(minutes=1, seconds=number))

    async def story() -> tuple[Account, Account]:
        await day.process()
        honest = await day.reconcile()
        assert await falsified(day.occurrences[2], as_used_once)
        return honest, await day.reconcile()

    honest, changed = run(harness, story())

    assert judged.sent.is_fraud
    assert honest.named() == {"alone": {"id_reused"}, "both": {"id_reused"}}
    assert "verdict_differs" in changed.named()["both"]
    assert changed.named()["alone"] == {"id_reused"}


def test_of_a_fraud_that_no_repair_judges_the_report_says_that_its_id_is_read_in_part(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(further_contents, "MAX_BYTES", 1_500)
    day = Day(NOON, 4, harness.numbers)
    for number in range(8):
        day.arrive(make("twin fraud", "many", 1, number), NOON + timedelta(minutes=1, seconds=number))
    lost = day.arrive(make("fraud", "lost", 1, 0), NOON + timedelta(minutes=2))

    async def story() -> Account:
        await day.process()
        assert await FAULTS["verdict deleted"](day, lost)
        return await day.reconcile()

    account = run(harness, story())

    missing = [(each["event_id"], each["fields"]) for each in account.differences["missing_from_fraud"]]
    judged = {each["event"]["sku"] for each in account.verdicts if each["event_id"] == "many"}
    assert len(judged) + len(missing) == 9
    assert [fields for event_id, fields in missing if event_id == "lost"] == [[]]
    assert {tuple(fields) for event_id, fields in missing if event_id == "many"} == {("id.read_in_part",)}


@pytest.mark.parametrize("fault", [None, "evidence falsified", "verdict falsified", "document altered"])
def test_frauds_that_differ_where_verdicts_are_cut_are_judged_and_each_fault_is_named(
    harness: Harness, fault: str | None
):
    day = Day(NOON, 4, harness.numbers)
    alone = day.arrive(make("padded fraud", "alone", 1, 0), NOON + timedelta(minutes=1))
    for number in range(3):
        day.arrive(make("padded fraud", "several", 1, number), NOON + timedelta(minutes=2, seconds=number))

    async def story() -> Account:
        await day.process()
        if fault:
            assert await FAULTS[fault](day, alone)
        return await day.reconcile()

    account = run(harness, story())

    assert not complaints(day.occurrences, [Fault(fault, alone)] if fault else [], account)
    assert len({each["cut"]["digest"] for each in account.verdicts if each["event_id"] == "several"}) == 3
    assert all("note" not in each["event"] for each in account.verdicts)
    assert ("alone" in account.named()) == (fault is not None)


@pytest.mark.proof
def test_more_contents_under_one_id_than_are_looked_up_are_judged_or_named(harness: Harness):
    day, count = Day(NOON, 4, harness.numbers), 1_100
    for number in range(count):
        day.arrive(make("twin fraud", "many", 1, number), NOON + timedelta(minutes=1, milliseconds=100 * number))
    plain = day.arrive(make("fraud", "plain", 1, 0), NOON + timedelta(minutes=3))

    async def story() -> Account:
        await day.process()
        return await day.reconcile()

    account = run(harness, story())

    judged = {json.dumps(each["event"], sort_keys=True) for each in account.verdicts if each["event_id"] == "many"}
    assert len(judged) + len(account.differences["missing_from_fraud"]) == count
    assert [each["event_id"] for each in account.differences["id_reused"]] == ["many"]
    assert plain.sent.event_id not in account.named()


def test_a_fraud_with_a_number_that_the_stream_job_does_not_read_is_judged_before_the_night(harness: Harness):
    day = of_frauds(harness, 2)
    wide = day.arrive(make("quantity beyond 64 bits", "w", 1, 0), NOON + timedelta(minutes=2))

    async def story() -> tuple[list[str], Account]:
        await day.process()
        judged = [
            verdict["event_id"]
            for _, verdicts in await blobs_under(names.FRAUD_EVENTS, "quarantine/")
            for verdict in verdicts
        ]
        return judged, await day.reconcile()

    judged, account = run(harness, story())

    assert judged == [wide.place]
    assert account.report["accounts"]["judged_by_place"] == 1
    assert account.named() == {"w": {"missing_from_suspicious", "missing_from_fraud"}}, "no window has named it"
