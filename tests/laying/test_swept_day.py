"""Contract: what a night's sweep found becomes cases of its own kind, over the real Blob and Cosmos SDKs."""

from datetime import date, timedelta

import pytest

from activities.archive_events import archive_events
from activities.desk.trace import trace_event
from activities.sweep_day import sweep_day
from fraud.archive import ReceivedEvent
from fraud.cutting import LONGEST_EVENT, cut
from fraud.desk.queries import CaseQuery
from fraud.evidence import unpacked
from fraud.identity import canonical
from fraud.suspicion import is_suspicious
from fraud.sweep import NOT_FLAGGED, Candidate, SweepTask, Swept
from fraud.verdicts import CaseType, Verdict, evidence_folder
from reconciliation.ranges import Range, milliseconds
from services import names
from services.blobs import read_blob, warehouse
from services.desk.cases import list_cases
from services.desk.judged_outcomes import verdicts_on
from services.desk.verdicts import verdicts_in
from services.sweep_candidates import days_to_sweep, read_candidates, write_candidates
from tests.activities.reconciliation.stored_world import reconcile
from tests.laying.conftest import CASES, START, Past

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="package")]
DAY = date(2026, 3, 3)
NOBODY = "http://127.0.0.1:9/"


async def cases_of(kind: CaseType) -> dict[str, tuple[str, int]]:
    page = await list_cases(CaseQuery(kind=kind, limit=100, sort="time"))
    return {case.id: (case.verdicts_blob, case.revision) for case in page.items}


async def test_the_worst_of_a_day_become_cases_with_evidence_and_doing_it_twice_changes_nothing(past: Past):
    assert past.told["days"] == 2

    candidates = await read_candidates(SweepTask(DAY))
    assert await days_to_sweep() == (DAY,)

    done = await sweep_day(SweepTask(DAY))
    cases = await cases_of("sweep")

    assert 0 < done.cases == len(cases) <= CASES
    assert done.candidates == len(candidates) >= done.cases
    assert await days_to_sweep() == ()
    await write_candidates(SweepTask(DAY), candidates)  # as if it had been killed before it forgot them
    assert await sweep_day(SweepTask(DAY)) == done
    assert await cases_of("sweep") == cases
    fraud_events = await warehouse(names.FRAUD_EVENTS)
    for name, (blob, revision) in cases.items():
        assert revision == 1
        (verdict,) = await verdicts_in(blob)
        assert isinstance(verdict, Verdict)
        event = verdict.event or {}
        assert verdict.band in ("high", "medium")
        assert not is_suspicious(event["event_type"], event["discount"], event["priority_shipping"])
        (said,) = [reason for reason in verdict.reasons if reason.rule == "FLAGGED"]
        assert (said.weight, said.evidence) == (20, NOT_FLAGGED), "the sentence on flagged sales is not true of it"
        assert (verdict.profile_day, verdict.rule_set.partition("@")[0]) == (date(2026, 3, 2), "context")
        path = blob.partition("/")[2]
        assert path.startswith("sweep/2026/03/0")
        part = unpacked(await read_blob(fraud_events, f"{evidence_folder(path)}000.json.gz"))
        assert [entry.digest(part.profile_day) for entry in part.entries] == [verdict.evidence], name
    assert await cases_of("window") == {}


async def test_the_reconciliation_counts_no_swept_sale_as_unexpected_or_twice(past: Past):
    assert past.told["days"] == 2
    assert await cases_of("sweep") != {}, "the test before has swept the day"
    assert await sweep_day(SweepTask(DAY)) == Swept(candidates=0, cases=0)

    _, report = await reconcile(Range(START.replace(day=3), START.replace(day=4)))

    accounts = report.accounts
    assert report.verdict == "empty", "the past is left out, and nothing but the swept sales could be compared"
    assert (accounts.analysed, accounts.unexpected, accounts.duplicates, accounts.verdict_differs) == (0, 0, 0, 0)
    assert (accounts.case_unexpected, accounts.case_differs) == (0, 0)


async def test_a_long_sale_is_judged_as_it_is_archived_and_left_out_if_it_is_not(past: Past):
    assert past.told["days"] == 2
    cases = await cases_of("sweep")
    (_, (blob, _)), *_ = cases.items()
    (verdict,) = await verdicts_in(blob)
    candidates: list[Candidate] = []
    for event_id in ("padded", "padded-and-gone"):
        event = {**(verdict.event or {}), "id": event_id, "note": "x" * LONGEST_EVENT}
        kept, whole = cut(event, canonical(event))
        at = verdict.window_end - timedelta(seconds=1)
        body = canonical(kept)
        candidates.append(Candidate(score=99, arrived=milliseconds(at), body=body, digest=whole.digest))
        if event_id == "padded":
            await archive_events([ReceivedEvent(canonical(event), "0", 10**9, "1", at, None)])
    await write_candidates(SweepTask(DAY), candidates)

    assert await sweep_day(SweepTask(DAY)) == Swept(candidates=2, cases=1)

    (added,) = [own for name, (own, _) in (await cases_of("sweep")).items() if name not in cases]
    (padded,) = await verdicts_in(added)
    assert (padded.event_id, padded.content) == ("padded", candidates[0].digest)
    assert padded.event == candidates[0].event
    (way,) = (await trace_event("padded", NOBODY)).contents
    assert any(step.name == "Sweep" and step.says.startswith(padded.band) for step in way.steps)


async def test_an_outcome_and_a_trace_of_a_swept_sale_find_its_verdict(past: Past):
    assert past.told["days"] == 2
    cases = await cases_of("sweep")
    assert cases, "the test before has swept the day"
    (name, (blob, _)), *_ = cases.items()
    (verdict,) = await verdicts_in(blob)

    outcome = (await verdicts_on([verdict.event_id]))[verdict.event_id]
    way = (await trace_event(verdict.event_id, NOBODY)).contents[0]

    assert (outcome.band, outcome.score) == (verdict.band, verdict.score)
    assert outcome.rules == tuple(sorted({reason.rule for reason in verdict.reasons}))
    steps = {step.name: step for step in way.steps}
    assert steps["Sweep"].says.startswith(f"{verdict.band}, {verdict.score} points: ")
    assert (steps["Sweep"].href, steps["Case"].says) == (f"/desk/cases/{name}", f"{name} is open")
