"""Contract: a document of the archive that somebody has altered, or put there, keeps none beside it from being judged,
explained or labelled."""

import uuid
from typing import Any

import msgspec
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
    "2026-01-02T10:07:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-02",
    5,
    None,
    {},
]
ODD: list[Any] = [None, 1e300, 2.5, "x", "99", True, [], [1], {}, {"a": 1}]
CHANGES: list[dict[str, Any]] = [
    *({"archive": {"enqueued_time": time}} for time in TIMES),
    *({"archive": {"event_id": value}} for value in ODD),
    *({"archive": {"further": value, "read_in_part": value}} for value in ODD),
    *({"archive": value} for value in ODD),
    *({"store_id": value} for value in ODD),
    *({"cust_id": value, "sku": value, "price": value, "qty": value} for value in ODD),
    *({"discount": value, "priority_shipping": value} for value in ODD),
    {"further": {"a": [{}]}, "quarantined": 5},
]


async def window(ids: list[str], change: dict[str, Any], store: int) -> WindowTask:
    """A window of archived events, with a document under the id of the last that somebody wrote as of a store."""
    await archive_events([received(event_body(event_id), number) for number, event_id in enumerate(ids)])
    container = await cosmos.events()
    document: dict[str, Any] = dict(await container.read_item(ids[-1], archive_key(3, ids[-1])))
    archive = change.get("archive")
    whole = {"archive": document["archive"] | archive} if isinstance(archive, dict) else {}
    place = {"store_id": store, "archive_key": archive_key(store, ids[-1])}
    await container.upsert_item(document | place | change | whole)
    return await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))


def _text(change: object) -> str:
    return msgspec.json.encode(change).decode()


@pytest.mark.parametrize("change", CHANGES, ids=_text)
async def test_an_altered_event_keeps_none_beside_it_from_being_judged_explained_or_labelled(change: dict[str, Any]):
    whole, altered = ids = sorted(uuid.uuid4().hex for _ in range(2))
    task = await window(ids, change, 3)

    summary = await judge_and_store(task, 1)

    verdicts = {verdict.event_id: verdict for verdict in from_ndjson(await verdicts_of(summary))}
    assert verdicts[whole].band != "unresolved"
    assert altered in verdicts
    assert (await verdicts_on([whole, altered]))[whole].band == verdicts[whole].band
    assert (await explain_event(whole)).contents[0].case == task.name
    assert (await explain_event(altered)).id == altered
    assert whole in await arrivals_of([whole, altered])


@pytest.mark.parametrize("change", CHANGES, ids=_text)
async def test_a_document_that_somebody_writes_as_of_another_store_keeps_no_event_from_being_judged(
    change: dict[str, Any],
):
    ids = sorted(uuid.uuid4().hex for _ in range(2))

    summary = await judge_and_store(await window(ids, change, 4), 1)

    assert [verdict.event_id for verdict in from_ndjson(await verdicts_of(summary))] == ids
    assert summary.bands.get("unresolved", 0) == 0
