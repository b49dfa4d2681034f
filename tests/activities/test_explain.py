"""Contract: every rule is told of an event: as its verdict judged it, and of one without a verdict as it would be."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from activities.archive_events import archive_events
from activities.desk.explain import explain_event
from activities.window_ids import save_window
from fraud.archive import ReceivedEvent
from fraud.desk.rules_in_use import RulesInUse
from fraud.rules.shipped import shipped
from fraud.snoozes import Snooze
from fraud.verdicts import Verdict, evidence_folder, from_ndjson
from fraud.windows import SuspiciousWindow
from orchestrations.judge_quarantine import judge_quarantine
from services import blobs, names
from services.rules_in_use import PATH, change_rules_in_use, read_rules_in_use
from tests.activities.rule_sets import judging_by
from tests.activities.window_activities import judge_and_store, verdicts_of
from tests.fraud.builders import ENQUEUED, event_body, received
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.trust.inline_engine import run_inline

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

STORE = 3


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def context_set(clients: None) -> AsyncIterator[None]:
    """The set `context` judges, and nobody has changed the rules in use."""
    with judging_by("context"):
        await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)
        yield
        await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)


async def archived(*, discount: int) -> str:
    event_id = uuid.uuid4().hex
    await archive_events([received(event_body(event_id, store_id=STORE, discount=discount, priority_shipping=True))])
    return event_id


async def judged(event_id: str) -> tuple[Verdict, str, str]:
    """The verdict on an event of the window, the name of its case, and the path of its evidence."""
    task = await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW))
    summary = await judge_and_store(task, 0)
    (verdict,) = from_ndjson(await verdicts_of(summary))
    return verdict, task.name, evidence_folder(summary.verdicts_blob.partition("/")[2])


async def test_a_judged_event_is_explained_by_the_evidence_of_its_verdict_rule_by_rule():
    event_id = await archived(discount=73)
    verdict, case, _ = await judged(event_id)

    explained = await explain_event(event_id)

    (content,) = explained.contents
    assert explained.complete
    assert (content.grounds, content.case, content.flagged) == ("evidence", case, True)
    assert (content.score, content.band, content.rule_set) == (verdict.score, verdict.band, verdict.rule_set)
    assert [rule.rule for rule in content.rules] == [rule.id for rule in shipped()["context"].rules]
    spoken = {rule.rule: (rule.weight, rule.text) for rule in content.rules if rule.outcome == "holds"}
    assert spoken == {reason.rule: (reason.weight, reason.evidence) for reason in verdict.reasons}
    assert "does not hold" in {rule.outcome for rule in content.rules}


async def test_an_event_that_is_not_flagged_is_explained_as_it_would_be_judged():
    event_id = await archived(discount=10)

    (content,) = (await explain_event(event_id)).contents

    assert (content.flagged, content.case, content.grounds) == (False, None, "looked up")
    assert content.facts["event.discount"] == 10
    assert len(content.rules) == len(shipped()["context"].rules)
    assert content.score == max(0, sum(rule.weight for rule in content.rules))


async def test_without_its_evidence_a_verdict_is_not_explained_by_what_is_there_now_as_if_it_had_judged():
    event_id = await archived(discount=73)
    _, _, evidence = await judged(event_id)
    fraud = await blobs.warehouse(names.FRAUD_EVENTS)
    for name in [blob.name async for blob in fraud.list_blobs(name_starts_with=evidence)]:
        await blobs.write_blob(fraud, name, b"nothing", "application/gzip")

    (content,) = (await explain_event(event_id)).contents

    assert (content.grounds, content.case) == ("looked up", None)


async def test_a_snoozed_rule_is_told_as_snoozed_and_adds_nothing():
    event_id = await archived(discount=73)
    snooze = Snooze(
        number=1,
        rule="FLAGGED",
        store=str(STORE),
        since=WINDOW.start,
        until=WINDOW.start + timedelta(days=1),
        who="Ana",
        why="a sale",
    )
    await change_rules_in_use((await read_rules_in_use()).etag, lambda _: RulesInUse(snoozes=(snooze,)))

    (before,) = (await explain_event(event_id)).contents
    verdict, _, _ = await judged(event_id)
    (after,) = (await explain_event(event_id)).contents

    for content in (before, after):
        (flagged,) = (rule for rule in content.rules if rule.rule == "FLAGGED")
        assert (flagged.outcome, flagged.weight) == ("snoozed", 0)
        assert content.score == verdict.score
    assert [before.grounds, after.grounds] == ["looked up", "evidence"]


async def test_a_set_that_asks_the_event_alone_explains_it_so():
    with judging_by("seed"):
        event_id = await archived(discount=73)
        (before,) = (await explain_event(event_id)).contents
        verdict, case, _ = await judged(event_id)
        (after,) = (await explain_event(event_id)).contents

    assert [(each.grounds, each.case) for each in (before, after)] == [("event", None), ("event", case)]
    assert before.score == after.score == verdict.score
    assert before.rules == after.rules


async def test_what_no_window_can_name_is_explained_by_the_evidence_of_its_place():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = b"[" + event_body(event_id, discount=60, priority_shipping=True) + b', 1, "x"]'
    tasks = await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    for task in tasks:
        await run_inline(judge_quarantine, task, nothing)

    (content,) = (await explain_event(event_id)).contents

    assert (content.source, content.grounds) == ("quarantine", "evidence")
    assert content.case is not None


async def nothing() -> None:
    """No event waits for a timer."""


async def test_two_contents_under_an_id_are_each_explained_by_their_own_verdict():
    event_id = uuid.uuid4().hex
    for discount in (60, 70):
        await archive_events(
            [received(event_body(event_id, store_id=STORE, discount=discount, priority_shipping=True))]
        )
    task = await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW))
    verdicts = from_ndjson(await verdicts_of(await judge_and_store(task, 0)))

    contents = (await explain_event(event_id)).contents

    expected = {(verdict.event or {})["discount"]: verdict.score for verdict in verdicts}
    assert {content.facts["event.discount"]: content.score for content in contents} == expected
    assert [content.grounds for content in contents] == ["evidence", "evidence"]


async def test_an_id_that_never_arrived_has_nothing_to_explain():
    explained = await explain_event(uuid.uuid4().hex)

    assert (explained.contents, explained.complete) == ((), True)
