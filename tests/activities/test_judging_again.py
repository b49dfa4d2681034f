"""Contract: a window is judged again on facts of its own; what is replaced is kept, and its case says so."""

import uuid
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.build_profiles import _rates  # pyright: ignore[reportPrivateUsage]
from activities.clear_work import clear_work
from activities.find_windows import find_windows
from activities.judge_again import judge_again
from activities.judge_events import judge_events
from activities.judge_small_window import judge_small_window
from activities.kept_evidence import list_evidence, snapshot_of
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.analysis import WindowSummary, WindowTask
from fraud.evidence import Evidence, packed, unpacked
from fraud.identity import archive_key
from fraud.reanalysis.messages import FoundWindows, Reanalysis, WindowAgain, WindowJudged, WindowsPage
from fraud.rules.shipped import shipped
from fraud.verdicts import Verdict, from_ndjson, kept_folder, time_path, to_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, Window, unique_ids
from services import blobs, cosmos, look_ups, names
from services.desk.reanalyses import kept_verdicts
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

CONTEXT, SEED = shipped()["context"].id, shipped()["seed"].id


async def archive(event_id: str, **changes: Any) -> None:
    await archive_events([received(event_body(event_id, **changes))])


async def analysed(*ids: str, window: Window = WINDOW_ENDING_1010) -> WindowTask:
    """A window that was analysed, and has cleared its work."""
    task = await save_window(SuspiciousWindow(3, unique_ids(ids), window))
    await judge_small_window(task)
    await clear_work(msgspec.structs.replace(task, lookups=()))
    return task


def order(rules: str, **changes: Any) -> Reanalysis:
    end = WINDOW_ENDING_1010.end
    name = f"again-20260103T000000Z-{uuid.uuid4().hex[:8]}"
    plain = Reanalysis(id=name, start=end, end=end, rules=rules, who="Ana", why="a trial")
    return msgspec.structs.replace(plain, **changes)


async def again(task: WindowTask, of: Reanalysis) -> WindowJudged:
    return await judge_again(WindowAgain(of, path(task)))


def path(task: WindowTask) -> str:
    return verdicts_path(task.name, task.window_end)


async def verdicts(task: WindowTask) -> list[Verdict]:
    return from_ndjson(await blobs.read_blob(await blobs.warehouse(names.FRAUD_EVENTS), path(task)))


async def case_of(task: WindowTask) -> dict[str, Any]:
    return await (await cosmos.cases()).read_item(task.name, 3)


async def journal(task: WindowTask) -> list[dict[str, Any]]:
    query = "SELECT * FROM c WHERE c.type = 'journal' AND c.case_id = @case ORDER BY c.number"
    parameters: list[dict[str, object]] = [{"name": "@case", "value": task.name}]
    container = await cosmos.cases()
    return [entry async for entry in container.query_items(query, parameters=parameters, partition_key=3)]


def sets(of: list[Verdict]) -> set[str]:
    return {verdict.rule_set for verdict in of}


async def test_evidence_in_the_archive_tier_is_left_out():
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)
    await again(task, order(CONTEXT))
    (parts,) = (await list_evidence([path(task)])).values()
    evidence = await blobs.warehouse(names.FRAUD_EVENTS)
    for part in parts:
        await evidence.get_blob_client(part).set_standard_blob_tier("Archive")

    assert parts
    assert (await snapshot_of(parts)).parts == []


async def test_a_window_is_judged_again_once_and_what_was_said_before_is_kept():
    ids = [uuid.uuid4().hex, uuid.uuid4().hex]
    for event_id in ids:
        await archive(event_id)
    task = await analysed(*ids)
    before, of = await verdicts(task), order(CONTEXT)

    judged = await again(task, of)
    twin = await again(task, of)  # the host was killed before it could tell
    now, case, (entry,) = await verdicts(task), await case_of(task), await journal(task)
    (kept,) = await kept_verdicts(case["verdicts_blob"], 10)
    (parts,) = (await list_evidence([path(task)])).values()

    assert twin == judged
    assert (sets(before), sets(now), case["rule_set"], case["revision"]) == ({SEED}, {CONTEXT}, CONTEXT, 2)
    assert (judged.verdicts, judged.left, judged.told and judged.told.revision) == (2, 0, 2)
    assert (kept.revision, kept.replaced_by, sorted(kept.verdicts, key=lambda v: v.event_id)) == (1, of.id, before)
    assert (entry["what"], entry["by"]) == ("reanalysed", "app")
    assert f"{of.id} by Ana: a trial; {CONTEXT}" in entry["why"]
    assert parts == [f"evidence/{path(task).removesuffix('.ndjson')}/{of.id}-00000-00002-000.json.gz"]
    assert [
        blob.name async for blob in (await blobs.workflow_data()).list_blobs(name_starts_with=f"again/{of.id}")
    ] == []


@pytest.mark.parametrize("fault", ["archived", "leased", "snapshot"])
async def test_what_another_hand_has_put_where_verdicts_are_kept_keeps_no_window_from_being_judged_again(fault: str):
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)
    fraud_events, of = await blobs.warehouse(names.FRAUD_EVENTS), order(CONTEXT)
    before = await blobs.read_blob(fraud_events, path(task))
    kept = f"{kept_folder(path(task))}000001-{sha256(before).hexdigest()[:16]}.ndjson"
    await blobs.write_blob(fraud_events, kept, b"")
    blob = fraud_events.get_blob_client(kept)
    if fault == "leased":
        await blob.acquire_lease()
    else:
        if fault == "snapshot":
            await blob.create_snapshot()
        await blob.set_standard_blob_tier("Archive")

    await again(task, of)

    (was,) = await kept_verdicts(f"{names.FRAUD_EVENTS}/{path(task)}", 10)
    assert (sets(await verdicts(task)), was.replaced_by, was.verdicts) == ({CONTEXT}, of.id, tuple(from_ndjson(before)))
    await blob.set_standard_blob_tier("Archive")
    assert (await again(task, of)).moved == {"unresolved -> low": 1}


async def test_the_time_of_the_replacing_is_azures_and_that_of_the_blob_where_an_earlier_version_kept_none(
    monkeypatch: pytest.MonkeyPatch,
):
    fast = datetime(2031, 1, 2, tzinfo=UTC)

    async def azure_time() -> datetime:
        return fast

    monkeypatch.setattr("activities.judge_again.azure_time", azure_time)
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)
    await again(task, of := order(CONTEXT))

    (kept,) = await kept_verdicts(f"fraud-events/{path(task)}", 10)
    blob = (await blobs.warehouse(names.FRAUD_EVENTS)).get_blob_client(kept.blob.removeprefix("fraud-events/"))
    await blob.set_blob_metadata({"reanalysis": of.id})
    (older,) = await kept_verdicts(f"fraud-events/{path(task)}", 10)

    assert (kept.replaced_at, kept.replaced_by) == (fast, of.id)
    assert older.replaced_at == (await blob.get_blob_properties()).last_modified
    assert older.replaced_by == of.id


async def test_the_same_verdicts_again_are_written_nowhere_and_told_to_nobody():
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)

    judged = await again(task, order(SEED))

    assert (judged.verdicts, judged.moved, judged.told) == (1, {}, None)
    assert ((await case_of(task))["revision"], await journal(task)) == (1, [])
    assert await kept_verdicts(f"fraud-events/{path(task)}", 10) == ()


@pytest.mark.usefixtures("context_set")
async def test_each_reanalysis_looks_up_anew_and_the_day_counts_the_facts_of_the_first_one_only():
    event_id, customer = uuid.uuid4().hex, int.from_bytes(uuid.uuid4().bytes[:6])
    await archive(event_id, cust_id=customer)
    task = await analysed(event_id)
    rates = await _rates(task.window_end.date(), {})
    (first,) = await verdicts(task)
    await archive(uuid.uuid4().hex, cust_id=customer)  # came late, and belongs to the customer's day

    await look_ups.forget()
    judged = await again(task, order(CONTEXT))
    (second,) = await verdicts(task)

    assert judged.told
    assert first.evidence != second.evidence
    assert await _rates(task.window_end.date(), {}) == rates


@pytest.mark.usefixtures("context_set")
async def test_evidence_that_no_verdict_names_counts_in_no_rates():
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)
    container = await blobs.warehouse(names.FRAUD_EVENTS)
    ((first,),) = (await list_evidence([path(task)])).values()
    part = unpacked(await blobs.read_blob(container, first))
    facts = {**part.entries[0].facts, "profiles.days": 9}
    forged = [msgspec.structs.replace(part.entries[0], facts=facts), Evidence("made-up", "0" * 32, True, facts)]
    day = task.window_end.date()
    before = await _rates(day, {})

    written = packed(msgspec.structs.replace(part, entries=tuple(forged)))
    await blobs.write_blob(container, first.replace("-000.json", "-001.json"), written)
    after = await _rates(day, {})
    (verdict,) = await verdicts(task)
    naming = msgspec.structs.replace(verdict, evidence=forged[0].digest(part.profile_day))
    await blobs.write_blob(container, path(task), to_ndjson([naming]))
    named = await _rates(day, {})

    assert after == before
    assert named["context"].asked == before["context"].asked + 1


async def test_an_event_that_has_left_the_archive_keeps_its_verdict():
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await analysed(event_id)
    before = await verdicts(task)
    await (await cosmos.events()).delete_item(event_id, archive_key(3, event_id))

    judged = await again(task, order(CONTEXT))

    assert (judged.left, judged.told, await verdicts(task)) == (1, None, before)


async def test_an_alert_is_told_again_only_if_the_worst_band_has_risen():
    late, early = uuid.uuid4().hex, uuid.uuid4().hex
    await archive(early)
    task = await analysed(early, late)
    await archive(late, price=900.0, qty=10, discount=95)

    worse = (await again(task, order(SEED))).told
    same = (await again(task, order(CONTEXT))).told
    assert worse
    assert same
    await alert_fraud_team(same)
    reports = await blobs.warehouse(names.REPORTS)
    kept = await blobs.read_blob(reports, f"alerts/{time_path(task.window_end)}/{task.name}-3.json")

    assert (worse.quiet, worse.bands["high"]) == (False, 1)
    assert same.quiet
    assert msgspec.json.decode(kept, type=WindowSummary) == same, "the record stands, so that the accounts balance"


async def found(of: Reanalysis) -> FoundWindows:
    """All pages of the windows of a re-analysis, as one."""
    page = await find_windows(WindowsPage(of))
    paths, counted = page.paths, page.counted
    while page.next:
        page = await find_windows(WindowsPage(of, page.next))
        paths, counted = paths + page.paths, counted + page.counted
    return FoundWindows(paths=paths, counted=counted, next="")


async def test_windows_are_found_by_span_store_band_and_name_and_are_counted():
    span = Window(WINDOW_ENDING_1010.start + timedelta(hours=5), WINDOW_ENDING_1010.end + timedelta(hours=5))
    high, low, gone = uuid.uuid4().hex, uuid.uuid4().hex, uuid.uuid4().hex
    event = received(event_body(high, price=900.0, qty=10, discount=95))
    await archive_events([msgspec.structs.replace(event, enqueued_time=ENQUEUED + timedelta(hours=5))])
    first, second = await analysed(high, window=span), await analysed(low, gone, window=span)
    whole = order(CONTEXT, start=span.end, end=span.end)

    def narrowed(**changes: Any) -> Reanalysis:
        return msgspec.structs.replace(whole, **changes)

    everything = await found(whole)

    assert sorted(everything.paths) == sorted([path(first), path(second)])
    assert (everything.counted.windows, everything.counted.verdicts) == (2, 3)
    assert everything.counted.bands == {"high": 1, "unresolved": 2}
    assert (await found(narrowed(band="high"))).paths == (path(first),)
    assert (await found(narrowed(window=second.name))).paths == (path(second),)
    assert (await found(narrowed(store="4"))).paths == ()
    assert (await found(narrowed(start=span.end + timedelta(minutes=5), end=span.end + timedelta(hours=1)))).paths == ()


async def test_windows_whose_analysis_has_not_ended_or_whose_verdicts_were_altered_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
):
    span = Window(WINDOW_ENDING_1010.start + timedelta(hours=6), WINDOW_ENDING_1010.end + timedelta(hours=6))
    altered = await analysed(uuid.uuid4().hex, window=span)
    untold = await save_window(SuspiciousWindow(3, (uuid.uuid4().hex,), span))
    await store_verdicts(untold.judged_by([await judge_events(untold.chunks()[0].at(1))]))
    waiting = await analysed(uuid.uuid4().hex, window=span)
    container = await blobs.warehouse(names.FRAUD_EVENTS)
    await blobs.write_blob(container, path(altered), b'{"event_id":"x"}\n')
    await blobs.write_blob(await blobs.workflow_data(), waiting.ids_path, b"[]")
    whole = order(CONTEXT, start=span.end, end=span.end)

    windows = await found(whole)

    assert (windows.paths, windows.counted.busy, windows.counted.damaged) == ((), 2, 1)
    monkeypatch.setattr("activities.find_windows.UNTOLD", timedelta())
    later = await found(whole)
    assert (later.counted.windows, later.counted.busy) == (1, 1), "what nobody has told of for long is not at work"
    assert (await again(altered, whole)).windows == 0
