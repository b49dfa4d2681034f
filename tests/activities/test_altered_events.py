"""Contract: a document of the archive that somebody has altered, or put there, keeps none beside it from being judged,
explained or labelled."""

import uuid
from typing import Any

import pytest

from activities.archive_events import archive_events
from activities.desk.explain import explain_event
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.identity import archive_key
from fraud.verdicts import from_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import cosmos
from services.desk.alike import arrivals_of
from services.desk.judged_outcomes import verdicts_on
from tests.activities.window_activities import judge_and_store, verdicts_of
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("clients", "context_set"),
]

TIMES: list[Any] = [
    *("2026-01-02T10:07:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-02"),
    *(5, None),
]
ODD: list[Any] = [None, 1e300, 2.5, "x", "99", True, [], [1], {}, {"a": 1}]
CHANGES: dict[str, list[dict[str, Any]]] = {
    "times": [{"archive": {"enqueued_time": time}} for time in TIMES],
    "ids": [{"archive": {"event_id": value}} for value in ODD],
    "marks": [{"archive": {"further": value, "read_in_part": value}} for value in ODD],
    "stamps": [{"archive": value} for value in ODD],
    "stores": [{"store_id": value} for value in ODD],
    "goods": [{"cust_id": value, "sku": value, "price": value, "qty": value} for value in ODD],
    "rules": [{"discount": value, "priority_shipping": value} for value in ODD],
    "others": [{"further": {"a": [{}]}, "quarantined": 5}],
}
"""Alterations of archived documents, by what they touch; each is of a document of its own."""


async def window(ids: list[str], changes: list[dict[str, Any]], store: int) -> WindowTask:
    """A window of archived events; under the ids behind the first, somebody has written documents as of a store."""
    await archive_events([received(event_body(event_id), number) for number, event_id in enumerate(ids)])
    container = await cosmos.events()
    for event_id, change in zip(ids[1:], changes, strict=True):
        document: dict[str, Any] = dict(await container.read_item(event_id, archive_key(3, event_id)))
        archive = change.get("archive")
        whole = {"archive": document["archive"] | archive} if isinstance(archive, dict) else {}
        place = {"store_id": store, "archive_key": archive_key(store, event_id)}
        await container.upsert_item(document | place | change | whole)
    return await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
async def test_altered_events_keep_none_beside_them_from_being_judged_explained_or_labelled(
    changes: list[dict[str, Any]],
):
    whole, *altered = ids = [uuid.uuid4().hex for _ in range(len(changes) + 1)]
    task = await window(ids, changes, 3)

    summary = await judge_and_store(task, 1)

    verdicts = {verdict.event_id: verdict for verdict in from_ndjson(await verdicts_of(summary))}
    assert verdicts.keys() == {*ids}
    assert verdicts[whole].band != "unresolved"
    assert (await verdicts_on(ids))[whole].band == verdicts[whole].band
    assert [(await explain_event(event_id)).id for event_id in altered] == altered
    assert (await explain_event(whole)).contents[0].case == task.name
    assert whole in await arrivals_of(ids)


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
async def test_documents_that_somebody_writes_as_of_another_store_keep_no_event_from_being_judged(
    changes: list[dict[str, Any]],
):
    ids = [uuid.uuid4().hex for _ in range(len(changes) + 1)]

    summary = await judge_and_store(await window(ids, changes, 4), 1)

    assert [verdict.event_id for verdict in from_ndjson(await verdicts_of(summary))] == sorted(ids)
    assert summary.bands.get("unresolved", 0) == 0
