"""Whoever changes one stored thing changes nothing that matters without the account or the verification naming it."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from activities.verify import verify
from activities.watching.kept import write_night
from fraud.desk.callers import Caller
from fraud.desk.changes import commented, decided
from fraud.verdicts import EVIDENCE
from fraud.watching.checks import Night
from services import cosmos, names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from services.desk.reviews import step_case
from tests.reconciliation.capture_writer import avro
from tests.trust.day import WINDOW, Day
from tests.trust.harness import Harness, harness_in_memory
from tests.trust.producer import make
from tests.trust.single_changes import of_blob, of_fields

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3_000)]

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
BLOBS = (names.ALL_EVENTS, names.SUSPICIOUS_EVENTS, names.FRAUD_EVENTS, names.QUARANTINE, names.REPORTS)
UNNAMED = {
    # For people: nothing follows from it.
    *("quarantine: reason", "quarantine: offset", "events: archive.offset"),
    # Not compared, as docs/reconciliation.md says.
    *("events: archive.run_id", "cases: revision"),
    # When a case was judged, of which its review took the document's own date.
    "cases: judged",
    # Nobody can tell later if there was somebody to tell.
    "reports: had_receiver",
    # What is of no store says so by `null` or by nothing.
    *("reports: store_id", "suspicious-events: store_id"),
}
"""The changes that nothing names, by container and field."""


@pytest.fixture
def harness() -> Generator[Harness]:
    """Blobs in memory, and Cosmos."""
    with harness_in_memory() as made:
        yield made


def a_day(harness: Harness) -> Day:
    """Frauds that windows find in the archive and in quarantine, with and without a store, and others."""
    day, first = Day(NOON, 3, harness.numbers), NOON + timedelta(seconds=30)
    for number, (kind, event_id, store) in enumerate(
        [("fraud", "f1", 1), ("fraud", "f2", 1), ("harmless", "h", 1), ("broken", "b", 1)]
    ):
        day.arrive(make(kind, event_id, store, number), first + timedelta(seconds=number))
    for number, kind in enumerate(("odd field", "number flag")):
        day.arrive(make(kind, kind.replace(" ", "-"), 2, number), first + WINDOW)
    for number, store in enumerate((None, 3)):
        day.arrive(make("fraud", f"g{number}", store, number), first + 2 * WINDOW)
    return day


async def decide_a_case() -> None:
    """As a person does at the desk, with a word before."""
    ana, cases = Caller(name="Ana", role="analyst", by="name"), await cosmos.cases()
    query = "SELECT TOP 1 c.id, c.store_id FROM c WHERE c.type = 'window' ORDER BY c.id"
    (case,) = [dict(each) async for each in cases.query_items(query)]
    await step_case(case["id"], case["store_id"], lambda row: commented(row, ana, NOON, "strange"))
    await step_case(case["id"], case["store_id"], lambda row: decided(row, ana, NOON, "dismissed", "a friend"))


class Insider:
    """Changes one thing after the other, looks what is named, and puts everything back."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._in_order: bytes = b""
        self.unnamed: set[str] = set()
        self.changes = 0

    async def try_all(self) -> None:
        await self._day.process()
        await decide_a_case()
        await write_night(Night(ended=NOON, run="reconcile-1", verdict="balanced", faults=0))
        self._in_order = await self._account()
        for container_name in BLOBS:
            await self._blobs(container_name)
        for kind, container, key in (
            ("events", await cosmos.events(), "archive_key"),
            ("cases", await cosmos.cases(), "store_id"),
        ):
            documents = [dict(each) async for each in container.query_items("SELECT * FROM c")]
            # Pointers lead who looks for an id to quarantine; they say nothing that is not there.
            for document in [each for each in documents if not each["id"].startswith("content:quarantined-")]:
                await self._documents(kind, container, key, document)

    async def try_evidence(self) -> None:
        await self._day.process()
        self._in_order = await self._account()
        await self._blobs(names.FRAUD_EVENTS, f"{EVIDENCE}/")

    async def _blobs(self, container_name: str, prefix: str = "") -> None:
        container = await warehouse(container_name)
        paths = [blob.name async for blob in container.list_blobs(name_starts_with=prefix)]
        for path in [path for path in paths if not path.startswith(("reconciliations/", "chain/"))]:
            data = await read_blob(container, path)
            if data == avro([]):
                continue
            for name, changed in of_blob(data):
                if changed is None:
                    await delete_blob(container, path)
                else:
                    await write_blob(container, path, changed)
                await self._look(f"{container_name}: {name}")
                await write_blob(container, path, data)

    async def _documents(self, kind: str, container: Any, key: str, document: dict[str, Any]) -> None:
        own = {name: value for name, value in document.items() if not name.startswith("_")}
        for name, changed in [("deleted", None), *of_fields(own)]:
            if changed is not None and not {"id", key} <= changed.keys():
                continue  # the service takes none of these
            await container.delete_item(own["id"], own[key])
            if changed is not None:
                await container.create_item(changed)
            await self._look(f"{kind}: {name}")
            if changed is not None:
                await container.delete_item(changed["id"], changed[key])
            await container.create_item(own)

    async def _look(self, change: str) -> None:
        self.changes += 1
        if await self._account() == self._in_order:
            self.unnamed.add(change)

    async def _account(self) -> bytes:
        """The report and what the verification names, but for the times."""
        path = (await self._day.reconciled()).reports["json"]
        report: dict[str, Any] = msgspec.json.decode(await read_blob(await warehouse(names.REPORTS), path))
        told = {name: report[name] for name in ("verdict", "accounts", "differences", "unreadable", "gaps")}
        return msgspec.json.encode((told, (await verify()).problems))


def test_each_change_of_a_single_stored_thing_is_named(harness: Harness):
    insider = Insider(a_day(harness))

    harness.loop.run_until_complete(insider.try_all())

    assert insider.unnamed == UNNAMED
    assert insider.changes > 500


def test_each_change_of_evidence_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RULE_SET", "context")
    with harness_in_memory() as harness:
        insider = Insider(a_day(harness))

        harness.loop.run_until_complete(insider.try_evidence())

    assert insider.unnamed == set()
    assert insider.changes > 300
