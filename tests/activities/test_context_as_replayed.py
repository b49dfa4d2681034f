"""Contract: windows that are judged live, over the real Cosmos and Blob SDKs, get the verdicts of a replayed file."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from activities.build_profiles import build_profiles
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud import analysis
from fraud.identity import canonical
from fraud.replay.arrivals import Arrival, Skipped, read_arrivals
from fraud.replay.history import History
from fraud.replay.replay import replay
from fraud.rules.rates import LEAST_ASKED
from fraud.rules.shipped import shipped
from fraud.verdicts import EVIDENCE, Verdict, from_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, Window
from reconciliation.nightly import ProfilesBuilt, ProfilesTask
from services import blobs, names
from services.profiles import read_manifest
from tests.activities.rule_sets import judging_by
from tests.trust.day import Account, Day, blobs_under
from tests.trust.producer import Sent
from worlds.plan import WorldPlan
from worlds.world import make_world

pytestmark = [
    pytest.mark.slow,
    pytest.mark.proof,
    pytest.mark.timeout(900),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("clients"),
]

DAYS = 3
START = datetime(2026, 3, 2, tzinfo=UTC)
WINDOWS_OF_A_DAY = 288
WORLD = WorldPlan(seed=7, days=DAYS, customers=600, sales_per_day=2_000, start=START)
"""The second day flags enough sales for its rates to bound the weights of the third."""
Name = tuple[str, str, bytes]


class Lived:
    """A world that was sent, archived, judged, reconciled and profiled, day after day."""

    def __init__(self) -> None:
        self.arrivals = list(read_arrivals(make_world(WORLD).event_lines(), Skipped()))
        self.accounts: list[Account] = []
        self.built: list[ProfilesBuilt] = []

    async def live(self) -> None:
        """All days."""
        for number in range(DAYS):
            day = Day(START + timedelta(days=number), WINDOWS_OF_A_DAY)
            for arrival in self.arrivals:
                if day.start < arrival.enqueued <= day.end:
                    event = arrival.event or {}
                    sent = Sent("world", arrival.body, event["id"], event.get("store_id"), False, False, event)
                    day.arrive(sent, arrival.enqueued)
            await day.process()
            self.accounts.append(await day.reconcile())
            self.built.append(await build_profiles(ProfilesTask(day.end)))

    def verdicts(self) -> dict[Name, dict[str, Any]]:
        """The stored verdicts by id, window and content."""
        lines = (line for account in self.accounts for line in account.verdicts)
        return {name_of(line["event_id"], line["window_end"], line["event"] or {}): line for line in lines}


def name_of(event_id: str, window_end: str, event: dict[str, Any]) -> Name:
    return event_id, datetime.fromisoformat(window_end).isoformat(), canonical(event)


def replayed(arrivals: Sequence[Arrival]) -> dict[Name, dict[str, Any]]:
    events = {(each.enqueued, (each.event or {}).get("id")): each.event or {} for each in arrivals}
    verdicts: dict[Name, dict[str, Any]] = {}
    for result in replay(arrivals, shipped()["context"], History(), 0):
        verdict = result.verdict
        event = events[datetime.fromisoformat(verdict.enqueued_time), verdict.id]
        verdicts[name_of(verdict.id, verdict.window_end, event)] = msgspec.to_builtins(verdict)
    return verdicts


@pytest.fixture(scope="module", autouse=True)
def context_set(services: None) -> Iterator[None]:
    """The setting names the context set."""
    with judging_by("context"):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived(context_set: None, clients: None) -> AsyncIterator[Lived]:
    """The world after its last night."""
    world = Lived()
    await world.live()
    yield world


async def test_every_verdict_is_that_of_the_replayed_file_byte_for_byte(lived: Lived):
    expected, stored = replayed(lived.arrivals), lived.verdicts()

    assert len(lived.arrivals) >= 2_000
    assert stored.keys() == expected.keys()
    for field in ("score", "band", "reasons", "rule_set"):
        differing = {
            name[:2]: (stored[name][field], expected[name][field])
            for name in expected
            if msgspec.json.encode(stored[name][field]) != msgspec.json.encode(expected[name][field])
        }
        assert differing == {}, field
    assert {verdict["band"] for verdict in stored.values()} == {"low", "medium", "high"}


async def test_each_night_profiles_its_day_and_verdicts_say_which_day_they_read(lived: Lived):
    days = [(START + timedelta(days=number)).date() for number in range(DAYS)]

    assert [(built.day, built.is_behind) for built in lived.built] == [(day, False) for day in days]
    for account, before in zip(lived.accounts, [None, *days], strict=False):
        assert {verdict["profile_day"] for verdict in account.verdicts} == {before.isoformat() if before else None}
    of_first = {reason["rule"] for verdict in lived.accounts[0].verdicts for reason in verdict["reasons"]}
    of_others = {reason["rule"] for each in lived.accounts[1:] for v in each.verdicts for reason in v["reasons"]}
    assert ("NO_PROFILES" in of_first, "NO_PROFILES" in of_others) == (True, False)
    for day in days[1:]:  # the first has no profiles to count rates by
        assert (await read_manifest(day)).rates["context"].asked >= LEAST_ASKED


async def test_every_night_balances_but_for_the_ids_that_a_day_uses_for_two_contents(lived: Lived):
    contents: dict[tuple[date, str], set[bytes]] = {}
    for arrival in lived.arrivals:
        event = arrival.event or {}
        contents.setdefault((arrival.enqueued.date(), event["id"]), set()).add(canonical(event))
    reused = {key for key, bodies in contents.items() if len(bodies) > 1}

    assert reused
    for number, account in enumerate(lived.accounts):
        day = (START + timedelta(days=number)).date()
        assert account.named() == {event_id: {"id_reused"} for on, event_id in reused if on == day}
        assert account.report["balanced"] == (not account.differences)


async def largest(day: int) -> SuspiciousWindow:
    """The window of a day with most verdicts. A store's window may have come in several messages, each with a blob."""
    judged = await blobs_under(names.FRAUD_EVENTS, f"{START + timedelta(days=day):%Y/%m/%d}/")
    path, lines = max(judged, key=lambda blob: len(blob[1]))
    rows = [msgspec.convert(row, Verdict) for row in lines]
    ids = tuple(dict.fromkeys(row.event_id for row in rows))
    window = SuspiciousWindow(rows[0].store_id, ids, Window(rows[0].window_start, rows[0].window_end))
    assert path == verdicts_path(window.name, window.window.end)
    return window


async def test_a_window_that_is_judged_in_other_chunks_or_again_has_the_same_bytes(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
):
    assert lived.accounts
    window = await largest(DAYS - 1)
    fraud = await blobs.warehouse(names.FRAUD_EVENTS)
    path = verdicts_path(window.name, window.window.end)
    stored = await blobs.read_blob(fraud, path)
    assert len(window.ids) > 1

    async def judged_again() -> bytes:
        task = await save_window(window)
        results = [await judge_events(chunk.at(1)) for chunk in task.chunks()]
        lines = [await blobs.read_blob(await blobs.workflow_data(), chunk.at(1).path) for chunk in task.chunks()]
        assert (await store_verdicts(task.judged_by(results))).revision == 1
        return b"".join(lines)

    assert await judged_again() == stored
    folder = f"{EVIDENCE}/{path.removesuffix('.ndjson')}/"
    parts = [blob.name async for blob in fraud.list_blobs(name_starts_with=folder)]
    assert len(parts) == 1, "what was judged before was read, not looked up"

    monkeypatch.setattr(analysis, "IDS_PER_CHUNK", 1)
    assert await judged_again() == stored
    assert from_ndjson(stored)[0].evidence


async def test_evidence_that_was_tampered_with_is_named_by_the_reconciliation(lived: Lived):
    assert lived.accounts
    window = await largest(0)
    fraud = await blobs.warehouse(names.FRAUD_EVENTS)
    folder = f"{EVIDENCE}/{verdicts_path(window.name, window.window.end).removesuffix('.ndjson')}/"
    for name in [blob.name async for blob in fraud.list_blobs(name_starts_with=folder)]:
        await blobs.write_blob(fraud, name, b"nothing", "application/gzip")

    account = await Day(START, WINDOWS_OF_A_DAY).reconcile()

    named = {row["event_id"]: row["fields"] for row in account.differences["verdict_differs"]}
    assert named == {event_id: ["evidence"] for event_id in window.ids}
