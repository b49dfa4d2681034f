"""Contract: a snooze silences its rule in each verdict of a window that began after it, and nothing else."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio

from activities.archive_events import archive_events
from activities.judge_events import judge_events
from activities.try_window import try_window
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.desk.rules_in_use import RulesInUse, Waking, woken
from fraud.evidence import Snapshot
from fraud.reanalysis.messages import Reanalysis, WindowAgain
from fraud.rules.shipped import shipped
from fraud.snoozes import Snooze, asleep_in
from fraud.verdicts import Verdict, from_ndjson, to_ndjson
from fraud.windows import SuspiciousWindow, Window
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.verdicts import Field, check
from services import blobs, names
from services.desk.judged_outcomes import verdicts_on
from services.rule_samples import list_samples
from services.rules_in_use import PATH, change_rules_in_use, forget, read_rules_in_use
from tests.activities.window_activities import judge_and_store, verdicts_of
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body, received
from tests.fraud.desk.cases import OPERATOR

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

KEYS = RunKeys(b"of a test")
SNOOZE = Snooze(
    number=1,
    rule="HIGH_VALUE",
    customer="12",
    since=WINDOW.start,
    until=WINDOW.start + timedelta(days=1),
    who="Ana",
    why="a business",
)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_in_use(clients: None) -> AsyncIterator[None]:
    """Nobody has changed the rules in use, before and after."""
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)
    yield
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)


async def snooze(*snoozes: Snooze) -> None:
    await change_rules_in_use((await read_rules_in_use()).etag, lambda _: RulesInUse(snoozes=snoozes))


async def window_of(customer: int) -> WindowTask:
    event_id = uuid.uuid4().hex
    await archive_events([received(event_body(event_id, price=900.0, qty=10, cust_id=customer))])
    return await save_window(SuspiciousWindow(3, (event_id,), WINDOW))


async def judged(task: WindowTask) -> Verdict:
    (chunk,) = task.chunks()
    await judge_events(chunk.at(1))
    (verdict,) = from_ndjson(await blobs.read_blob(await blobs.workflow_data(), chunk.at(1).path))
    return verdict


def points_of(verdict: Verdict, rule: str) -> int:
    return next(reason.weight for reason in verdict.reasons if reason.rule == rule)


async def test_only_verdicts_on_its_customer_are_quieter_and_the_reconciliation_judges_alike():
    await snooze(SNOOZE)
    silent, other = await judged(await window_of(12)), await judged(await window_of(13))

    assert (points_of(silent, "HIGH_VALUE"), points_of(other, "HIGH_VALUE") > 0) == (0, True)
    assert silent.score == other.score - points_of(other, "HIGH_VALUE")
    assert all(check(verdict, KEYS, Snapshot(), [SNOOZE]).is_plain for verdict in (silent, other))
    assert check(silent, KEYS, Snapshot()).fields == Field.SCORE | Field.REASONS | (
        Field.BAND if silent.band != other.band else 0
    )


async def test_the_outcome_of_a_sale_is_no_label_of_a_rule_that_was_snoozed_for_its_customer():
    await snooze(SNOOZE)
    task = await window_of(12)
    summary = await judge_and_store(task, 0)
    (quiet,) = from_ndjson(await verdicts_of(summary))
    path = summary.verdicts_blob.partition("/")[2]
    await blobs.write_blob(
        await blobs.warehouse(names.FRAUD_EVENTS), path, to_ndjson([msgspec.structs.replace(quiet, band="medium")])
    )

    outcome = (await verdicts_on(task.ids))[task.ids[0]]

    assert points_of(quiet, "HIGH_VALUE") == 0
    assert outcome.rules == tuple(sorted({reason.rule for reason in quiet.reasons} - {"HIGH_VALUE"}))


async def test_a_rule_that_is_snoozed_for_a_sale_has_not_spoken_in_its_sample():
    rules, names_of = shipped()["seed"], {12: "try-snoozed", 13: "try-other"}
    await snooze(SNOOZE)
    held: dict[int, set[str]] = {}
    for customer, trial in names_of.items():
        summary = await judge_and_store(await window_of(customer), 0)
        order = Reanalysis(id=trial, start=WINDOW.end, end=WINDOW.end, rules=rules.id, who="Ana", why="a fit")
        order = msgspec.structs.replace(order, samples="all")
        await try_window(WindowAgain(order, summary.verdicts_blob.partition("/")[2]))
        (samples,) = (await list_samples(trial, 1, None)).items
        held[customer] = {rules.rules[each.rule].id for each in samples.samples[0].held}

    assert held[13] - held[12] == {"HIGH_VALUE"}


async def test_a_verdict_stays_right_when_its_snooze_is_woken_and_later_windows_are_judged_without():
    await snooze(SNOOZE)
    silent = await judged(await window_of(12))
    woken_at = WINDOW.end + timedelta(minutes=5)
    kept = await change_rules_in_use(
        (await read_rules_in_use()).etag, lambda kept: woken(kept.state, 1, Waking("over"), OPERATOR, woken_at)
    )
    later = Window(woken_at, woken_at + timedelta(minutes=10))

    assert check(silent, KEYS, Snapshot(), kept.state.snoozes).is_plain
    assert points_of(await judged(await window_of(12)), "HIGH_VALUE") == 0
    assert asleep_in(kept.state.snoozes, later) == ()


async def test_a_window_that_began_before_reads_no_snoozes():
    await snooze(SNOOZE)
    during = await window_of(12)
    later = SNOOZE.since + timedelta(seconds=1)
    await snooze(Snooze(number=2, rule="HIGH_VALUE", customer="12", since=later, until=SNOOZE.until, who="A", why="b"))
    before = await window_of(12)

    assert (during.snoozed, before.snoozed) == (True, False)
    assert points_of(await judged(before), "HIGH_VALUE") > 0


async def test_a_state_in_the_archive_tier_stops_no_window_and_a_person_can_change_it():
    await snooze(SNOOZE)
    began = await window_of(12)
    blob = (await blobs.warehouse(names.REPORTS)).get_blob_client(PATH)
    await blob.set_standard_blob_tier("Archive")
    await forget()

    assert points_of(await judged(began), "HIGH_VALUE") > 0
    assert points_of(await judged(await window_of(12)), "HIGH_VALUE") > 0
    await snooze(SNOOZE)
    assert points_of(await judged(await window_of(12)), "HIGH_VALUE") == 0


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 100_000, b'{"snoozes": 7}'])
async def test_a_state_that_nobody_can_read_stops_no_window_and_a_person_can_change_it(data: bytes):
    await snooze(SNOOZE)
    began = await window_of(12)
    await blobs.write_blob(await blobs.warehouse(names.REPORTS), PATH, data)
    await forget()

    assert points_of(await judged(began), "HIGH_VALUE") > 0
    assert points_of(await judged(await window_of(12)), "HIGH_VALUE") > 0
    # Nobody's change is a state like that of one that cannot be read, and is written.
    await snooze()
    assert await blobs.read_blob(await blobs.warehouse(names.REPORTS), PATH) == b"{}"
    await snooze(SNOOZE)
    assert points_of(await judged(await window_of(12)), "HIGH_VALUE") == 0
