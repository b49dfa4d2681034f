"""Contract: whatever one event of a window holds, it holds up and hides no neighbour, from the hub to the alert."""

import itertools
import json
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.judge_events import judge_events
from activities.judge_places import judge_places
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.verdicts import Verdict, from_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import cosmos, names
from services.blobs import read_blob, warehouse
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**400, max_value=10**401)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=5)
    | st.text(st.characters(max_codepoint=127), max_size=5)
    | st.just("x" * 70_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
names_of_fields = st.sampled_from(
    [
        "price",
        "qty",
        "gift_wrap",
        "cust_id",
        "payment_method",
        "ttl",
        "_ts",
        "archive",
        "archive_key",
        "bad_msg",
        "x",
        "",
    ]
)
_sequence_numbers = itertools.count(20_000_000, 1_000)
odd_fields = st.dictionaries(names_of_fields, json_values, max_size=4)
odd_ids = st.none() | json_values
"""An id of its own kind, or None for one that a window can name."""


def events_of(fields: list[dict[str, Any]], ids: list[Any], run: str) -> list[dict[str, Any]]:
    """The events of a store's window as their producer sends them."""
    plain: dict[str, Any] = json.loads(event_body())
    return [
        {**plain, **odd, "id": f"{run}-odd{number}" if odd_id is None else odd_id}
        for number, (odd, odd_id) in enumerate(zip(fields, ids, strict=True))
    ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
async def test_every_flagged_event_has_a_verdict_and_every_neighbour_its_own(data: st.DataObject):
    fields = data.draw(st.lists(odd_fields, min_size=1, max_size=4))
    ids = [data.draw(odd_ids) for _ in fields]
    run, first = uuid.uuid4().hex, next(_sequence_numbers)
    odd = events_of(fields, ids, run)
    honest = [f"{run}-honest{number}" for number in range(3)]
    bodies = [*(json.dumps(event).encode() for event in odd), *map(event_body, honest)]
    named = [event["id"] for event in odd if can_be_named(event["id"])]

    tasks = await archive_events([received(body, first + number) for number, body in enumerate(bodies)])
    task = await save_window(SuspiciousWindow(3, unique_ids([*named, *honest]), WINDOW_ENDING_1010))
    summary = await store_verdicts(task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()]))
    await alert_fraud_team(summary)
    by_place = [await judge_places(place) for place in tasks]

    verdicts = await verdicts_in(summary.verdicts_blob)
    judged = {verdict.event_id for verdict in verdicts if verdict.band != "unresolved"}
    places = {verdict.event_id for case in by_place if case for verdict in await verdicts_in(case.verdicts_blob)}
    assert set(honest) <= judged
    assert [verdict.score for verdict in verdicts if verdict.event_id in honest] == [40] * len(honest)
    for number, event in enumerate(odd):
        assert event["id"] in judged if can_be_named(event["id"]) else f"p1-{first + number}" in places, event
    assert await (await warehouse(names.REPORTS)).get_blob_client(alert_path(summary.name)).exists()
    assert (await (await cosmos.cases()).read_item(summary.name, partition_key=3))["suspicious"] == len(verdicts)


def can_be_named(event_id: Any) -> bool:
    if not isinstance(event_id, str) or any("\ud800" <= character <= "\udfff" for character in event_id):
        return False
    return 1 <= sum(2 if character > "\uffff" else 1 for character in event_id) <= 255


def alert_path(name: str) -> str:
    return f"alerts/2026/01/02/1010/{name}.json"


async def verdicts_in(blob: str) -> list[Verdict]:
    container, _, path = blob.partition("/")
    return from_ndjson(await read_blob(await warehouse(container), path))
