"""Contract: a set in shadow judges what the active one judges, into a folder of its own, and changes nothing else."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from azure.core.exceptions import ResourceNotFoundError

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.desk.rules_in_use import RulesInUse
from fraud.rules.shipped import shipped
from fraud.verdicts import Verdict, from_ndjson, shadow_path, verdicts_path
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos, names
from services.rules_in_use import PATH, UNCHANGED, Kept, change_rules_in_use, read_rules_in_use
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_in_use(clients: None) -> AsyncIterator[None]:
    """Nobody has changed the rules in use, before and after."""
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)
    yield
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)


async def use(active: str | None, shadow: str | None) -> None:
    kept = await read_rules_in_use()
    await change_rules_in_use(kept.etag, lambda _: RulesInUse(active=active, shadow=shadow))


async def archive(event_id: str) -> None:
    await archive_events([received(event_body(event_id, price=900.0, qty=10))])


async def window_of(*ids: str) -> WindowTask:
    return await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))


async def analysed(task: WindowTask, lookup: int = 1) -> WindowTask:
    stored = task.judged_by([await judge_events(chunk.at(lookup)) for chunk in task.chunks()])
    await store_verdicts(stored)
    return stored


async def verdicts(task: WindowTask) -> list[Verdict]:
    return await _read(verdicts_path(task.name, task.window_end))


async def in_shadow(task: WindowTask) -> list[Verdict]:
    return await _read(shadow_path(verdicts_path(task.name, task.window_end)))


async def _read(path: str) -> list[Verdict]:
    return from_ndjson(await blobs.read_blob(await blobs.warehouse(names.FRAUD_EVENTS), path))


def sets(of: list[Verdict]) -> set[str]:
    return {verdict.rule_set.partition("@")[0] for verdict in of}


async def test_a_set_in_shadow_judges_the_same_ids_and_the_case_is_that_of_the_active_one():
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    await archive(first)
    await archive(second)
    alone = await verdicts(await analysed(await window_of(first, second)))
    await use(None, "context")

    task = await analysed(await window_of(first, second))
    case = await (await cosmos.cases()).read_item(task.name, 3)

    assert await verdicts(task) == alone
    assert (sets(alone), sets(await in_shadow(task))) == ({"seed"}, {"context"})
    assert [verdict.event_id for verdict in await in_shadow(task)] == sorted((first, second))
    assert all(verdict.evidence for verdict in await in_shadow(task))
    assert (case["rule_set"].partition("@")[0], case["max_score"]) == ("seed", max(v.score for v in alone))


async def test_an_event_that_comes_late_amends_the_shadow_too_and_its_work_is_cleared():
    early, late = uuid.uuid4().hex, uuid.uuid4().hex
    await archive(early)
    await use(None, "context")
    task = await window_of(early, late)
    await analysed(task)
    before = {verdict.event_id: verdict for verdict in await in_shadow(task)}

    await archive(late)
    await analysed(task, 2)
    after = {verdict.event_id: verdict for verdict in await in_shadow(task)}
    await clear_work(task)

    assert (before[late].band, after[early]) == ("unresolved", before[early])
    assert after[late].band != "unresolved"
    assert [
        blob.name async for blob in (await blobs.workflow_data()).list_blobs(name_starts_with=task.work_folder)
    ] == []


async def test_a_window_in_flight_keeps_the_sets_that_it_began_with():
    event_id = uuid.uuid4().hex
    await archive(event_id)
    task = await window_of(event_id)
    await use("context", "seed")

    stored = await analysed(task)
    again = await window_of(event_id)

    assert sets(await verdicts(stored)) == {"seed"}
    with pytest.raises(ResourceNotFoundError):
        await in_shadow(stored)
    assert (again.rules, again.shadow) == (shipped()["context"].id, shipped()["seed"].id)


async def test_a_set_that_this_version_does_not_have_judges_nothing_and_stops_nothing():
    kept = Kept(RulesInUse(active="of-tomorrow", shadow="of-yesterday"), UNCHANGED)

    assert (kept.active, kept.shadow) == ("seed", None)
