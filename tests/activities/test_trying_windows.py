"""Contract: a set is tried on the facts that live judging had; where they are not kept it says so."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.clear_samples import clear_samples
from activities.judge_small_window import judge_small_window
from activities.try_window import try_window
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.desk.callers import Caller
from fraud.desk.changes import decided
from fraud.desk.outcomes import OutcomeRow
from fraud.desk.problems import ProblemError
from fraud.identity import archive_key
from fraud.reanalysis.labelling import part_of
from fraud.reanalysis.messages import Reanalysis, WindowAgain
from fraud.reanalysis.samples import Sampled, WindowSamples
from fraud.reanalysis.trial import Tried
from fraud.rules.shipped import shipped
from fraud.verdicts import Verdict, from_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos, look_ups, names
from services.desk.outcomes import keep_outcomes
from services.desk.reviews import step_case
from services.rule_samples import list_samples
from services.tried_rules import keep_tried_rules
from tests.activities.rule_sets import judging_by
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

CONTEXT, SEED = shipped()["context"].id, shipped()["seed"].id
ANA = Caller(name="Ana", role="analyst", by="key")
EVERYTHING = """
name = "everything"
about = "Everything is high."
[bands]
medium = 10
high = 20
[[rules]]
id = "FLAGGED"
about = "It was flagged."
when = "event.discount > 0"
weight = 30
text = "it was flagged"
"""


@pytest.fixture(params=["context"])
def judged_by(request: pytest.FixtureRequest) -> Iterator[str]:
    """The set that judges windows."""
    with judging_by(request.param):
        yield request.param


async def analysed(*ids: str) -> WindowTask:
    task = await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))
    await judge_small_window(task)
    return task


async def an_event(**changes: Any) -> str:
    event_id = uuid.uuid4().hex
    await archive_events([received(event_body(event_id, **changes))])
    return event_id


async def stored(task: WindowTask) -> list[Verdict]:
    path = verdicts_path(task.name, task.window_end)
    return from_ndjson(await blobs.read_blob(await blobs.warehouse(names.FRAUD_EVENTS), path))


async def tried(task: WindowTask, rules: str, **fields: Any) -> Tried:
    end = WINDOW_ENDING_1010.end
    order = Reanalysis(id="try-x", start=end, end=end, rules=rules, who="Ana", why="a trial")
    order = msgspec.structs.replace(order, **fields)
    return await try_window(WindowAgain(order, verdicts_path(task.name, task.window_end)))


@pytest.mark.usefixtures("judged_by")
async def test_the_set_that_judged_says_the_same_of_the_facts_of_that_time_whatever_came_since():
    customer = int.from_bytes(uuid.uuid4().bytes[:6])
    first, second = await an_event(cust_id=customer), await an_event(cust_id=customer, price=900.0)
    task = await analysed(first, second, uuid.uuid4().hex)
    before = await stored(task)
    await an_event(cust_id=customer)
    await look_ups.forget()

    same, other = await tried(task, CONTEXT), await tried(task, SEED)

    assert (same.verdicts, same.kept, same.rebuilt, same.differing, same.moved) == (3, 2, 0, 0, {})
    assert same.bands_before == same.bands_after
    assert same.rules_before == same.rules_after
    assert (other.kept, other.differing) == (2, 0)
    assert other.rules_after != other.rules_before
    assert await stored(task) == before


@pytest.mark.usefixtures("judged_by")
@pytest.mark.parametrize("judged_by", ["seed"], indirect=True)
async def test_facts_that_nobody_kept_are_looked_up_and_an_event_that_is_gone_keeps_its_band():
    there, gone = await an_event(), await an_event()
    task = await analysed(there, gone)
    await (await cosmos.events()).delete_item(gone, archive_key(3, gone))

    outcome = await tried(task, CONTEXT)
    fraud_events = await blobs.warehouse(names.FRAUD_EVENTS)
    evidence = [
        blob.name async for blob in fraud_events.list_blobs(name_starts_with=f"evidence/2026/01/02/1010/{task.name}")
    ]

    assert (outcome.verdicts, outcome.kept, outcome.rebuilt, outcome.without_facts) == (2, 0, 1, 1)
    assert evidence == [], "nothing of a trial is kept"


@pytest.mark.usefixtures("judged_by")
async def test_a_file_is_tried_by_its_digest_and_held_against_decisions_and_outcomes():
    fraud, honest = await an_event(), await an_event()
    task = await analysed(fraud, honest)
    rules = await keep_tried_rules(EVERYTHING)
    await step_case(task.name, 3, lambda case: decided(case, ANA, ENQUEUED, "dismissed", "they are honest"))
    rows = [OutcomeRow(id=fraud, outcome="chargeback", date=date(2026, 1, 9))]
    rows.append(OutcomeRow(id=honest, outcome="legitimate", date=date(2026, 1, 9)))
    await keep_outcomes(rows, ANA, ENQUEUED)

    outcome = await tried(task, rules.id)

    assert outcome.bands_after == {"high": 2}
    assert outcome.rules_after == {"FLAGGED": 2}
    assert {example.id for example in outcome.examples} == {fraud, honest}
    assert {name: count for name, count in outcome.labels.items() if "before" not in name} == {
        "case after high wrong": 1,
        "case after medium or high wrong": 1,
        "case innocent": 1,
        "event after high right": 1,
        "event after high wrong": 1,
        "event after medium or high right": 1,
        "event after medium or high wrong": 1,
        "event fraud": 1,
        "event innocent": 1,
    }


@pytest.mark.usefixtures("judged_by")
async def test_samples_of_labelled_verdicts_are_what_the_set_says_of_their_evidence_and_are_written_once():
    honest, other, sent = await an_event(cust_id=71), await an_event(price=900.0), await an_event(cust_id=72)
    task = await analysed(honest, other, sent)
    await keep_outcomes([OutcomeRow(id=honest, outcome="legitimate", date=date(2026, 1, 9))], ANA, ENQUEUED)
    await keep_outcomes([OutcomeRow(id=sent, outcome="fraud", date=date(2026, 1, 9))], ANA, ENQUEUED)
    trial = f"try-{uuid.uuid4().hex[:8]}"
    path, reports = f"rules/samples/{trial}/{task.name}.json", await blobs.warehouse(names.REPORTS)

    outcome = await tried(task, CONTEXT, id=trial, samples="labelled")
    written = await blobs.read_blob(reports, path)
    again = await tried(task, CONTEXT, id=trial, samples="labelled")
    rest = await tried(task, CONTEXT, id=f"{trial}-all", samples="all")
    without = await tried(task, CONTEXT, id=f"{trial}-none")

    samples = msgspec.json.decode(written, type=WindowSamples)
    rules, verdicts = shipped()["context"], {verdict.event_id: verdict for verdict in await stored(task)}
    assert (outcome.sampled, rest.sampled, without.sampled) == (Sampled(2, 1), Sampled(3, 1), msgspec.UNSET)
    assert (again, await blobs.read_blob(reports, path)) == (outcome, written)
    assert (samples.window, samples.rules) == (task.name, rules.id)
    for sample, event_id in zip(samples.samples, sorted((honest, sent)), strict=True):
        verdict = verdicts[event_id]
        points = sum(rules.rules[held.rule].steps[held.step].weight for held in sample.held if held.left is None)
        assert sample.fraud == (event_id == sent)
        assert sample.part == part_of(verdict)
        assert {rules.rules[held.rule].id for held in sample.held} >= {*verdict.rules}
        assert max(0, points) == verdict.score


@pytest.mark.usefixtures("judged_by")
async def test_samples_come_in_pages_and_go_with_the_next_trial_that_writes_some():
    former, latter = (f"try-{uuid.uuid4().hex[:8]}" for _ in range(2))
    windows = [await analysed(await an_event()) for _ in range(3)]
    for task in windows:
        await tried(task, CONTEXT, id=former, samples="all")
    await tried(windows[0], CONTEXT, id=latter, samples="all")

    first = await list_samples(former, 2, None)
    second = await list_samples(former, 2, first.next)
    order = Reanalysis(id=latter, start=ENQUEUED, end=ENQUEUED, rules=CONTEXT, who="Ana", why="a fit")
    await clear_samples(order)
    await clear_samples(order)

    assert {page.window for page in (*first.items, *second.items)} == {task.name for task in windows}
    assert (len(first.items), second.next) == (2, None)
    assert [each.window for each in (await list_samples(latter, 2, None)).items] == [windows[0].name]
    with pytest.raises(ProblemError, match=former):
        await list_samples(former, 2, None)
