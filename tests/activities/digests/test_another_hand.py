"""Contract: whatever somebody makes of what waits for a digest, no alert is lost, held up or told as another."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from azure.core.exceptions import HttpResponseError

from activities import send_digests as sending
from activities.send_digests import send_digests
from fraud.analysis import alert_path
from fraud.desk.queries import SpanQuestion
from services import alert_digests, blobs, names
from services.alert_digests import waiting_problems
from services.counting import count_alerts
from services.desk.alerts import list_alerts
from tests.activities.digests.alerts import LATER, Receiver, alert, told

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest.mark.parametrize("fault", ["archived", "deep"])
async def test_an_alert_that_somebody_has_made_unreadable_hides_none_of_the_others(
    receiver: Receiver, at: Callable[[int], None], fault: str
):
    await told(alert(1, high=1), alert(2, high=1))
    reports = await blobs.warehouse(names.REPORTS)
    path = alert_path(LATER, "window-3-x1")
    if fault == "archived":
        await reports.get_blob_client(path).set_standard_blob_tier("Archive")
    else:
        await blobs.write_blob(reports, path, b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")

    page = await list_alerts(SpanQuestion(start=LATER, end=LATER))

    assert [row.name for row in page.items] == ["window-3-x2"]


@pytest.mark.parametrize(
    "change",
    [
        {"window_end": "0001-01-01T00:00:00+14:00"},
        {"window_end": "9999-12-31T23:59:59-14:00"},
        {"name": "../../a"},
        {"name": "a"},
        {"name": "a", "bands": {"high": 0, "low": 1}},
        {"name": "a", "store_id": 99},
    ],
)
async def test_an_alert_that_somebody_else_has_put_among_them_changes_none_and_holds_up_none(
    receiver: Receiver, at: Callable[[int], None], change: dict[str, Any]
):
    reports = await blobs.warehouse(names.REPORTS)
    await told(alert(1, high=1), alert(2, 4, high=1))
    forged = msgspec.to_builtins(alert(3, high=1)) | change
    path = "alerts-waiting/high/3/0.json" if "name" in change else "alerts-waiting/high/3/window-3-x3.json"
    await blobs.write_blob(reports, path, msgspec.json.encode(forged))

    assert await send_digests() == 2
    assert sorted((digest.band, digest.cases) for digest in receiver.digests) == [
        ("high", ("window-3-x1",)),
        ("high", ("window-4-x2",)),
    ]
    assert [blob.name async for blob in reports.list_blobs(name_starts_with="alerts-waiting/")] == []


async def test_what_has_the_longest_name_there_holds_up_no_alert(receiver: Receiver, at: Callable[[int], None]):
    reports = await blobs.warehouse(names.REPORTS)
    await told(alert(1, high=1))
    await blobs.write_blob(reports, "alerts-waiting/high/9/".ljust(1_024, "x"), b"no alert")

    assert await send_digests() == 1
    assert [blob.name async for blob in reports.list_blobs(name_starts_with="alerts-waiting/")] == []
    kept = await blobs.warehouse(names.QUARANTINE)
    quarantined = [blob.name async for blob in kept.list_blobs(name_starts_with="alerts-waiting/high/9/x")]
    # Azure takes no longer name; Azurite does.
    assert [len(name) <= 1_024 for name in quarantined] == [True]


@pytest.mark.parametrize(
    ("archived", "told_of", "is_named"),
    [
        ("alerts-waiting/high/3/window-3-x1.json", ("window-3-x2",), True),
        (alert_path(LATER, "window-3-x1"), ("window-3-x2", "window-3-x1"), False),
        ("alerts-told/high/3.json", ("window-3-x2", "window-3-x1"), False),
    ],
)
async def test_a_blob_that_somebody_has_put_into_the_archive_tier_holds_up_no_other_alert(
    receiver: Receiver, at: Callable[[int], None], archived: str, told_of: tuple[str, ...], *, is_named: bool
):
    reports = await blobs.warehouse(names.REPORTS)
    await told(alert(1, high=1), alert(2, high=1), alert(1, 4, high=1))
    await blobs.write_blob(reports, "alerts-told/high/3.json", b'{"at": "2031-01-01T00:00:00Z"}')
    await reports.get_blob_client(archived).set_standard_blob_tier("Archive")

    sent = [await send_digests(), await send_digests()]

    assert sent == [2, 0]
    assert {digest.store_id: digest.cases for digest in receiver.digests} == {3: told_of, 4: ("window-4-x1",)}
    assert [blob.name async for blob in reports.list_blobs(name_starts_with="alerts-waiting/")] == []
    assert any("window-3-x1" in problem for problem in await waiting_problems(LATER)) is is_named


async def test_a_group_that_cannot_be_read_holds_up_no_other(
    receiver: Receiver, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    await told(*(alert(store, store, high=1) for store in range(1, 13)))
    read = sending.read_waiting

    async def unread(paths: Sequence[str]) -> Any:
        if "/1/" in paths[0]:
            raise HttpResponseError("the service is away")
        return await read(paths)

    monkeypatch.setattr(sending, "read_waiting", unread)

    with pytest.raises(HttpResponseError):
        await send_digests()

    assert {digest.store_id for digest in receiver.digests} == {*range(2, 13)}


async def test_what_somebody_else_has_put_among_them_holds_up_no_alert(receiver: Receiver, at: Callable[[int], None]):
    reports = await blobs.warehouse(names.REPORTS)
    await told(alert(1, high=1))
    for path in ("alerts-waiting/high/3/a.json", "alerts-waiting/high/4/a.json", "alerts-waiting/x.json"):
        await blobs.write_blob(reports, path, b"\xff no alert")
    await blobs.write_blob(reports, "alerts-told/high/3.json", b"never")
    first = await send_digests()
    await told(alert(2, high=1))
    await blobs.write_blob(reports, "alerts-told/high/3.json", b'{"at": "2999-01-01T00:00:00Z"}')
    second = await send_digests()

    assert (first, second) == (1, 1)
    assert [digest.cases for digest in receiver.digests] == [("window-3-x1",), ("window-3-x2",)]
    assert [blob.name async for blob in reports.list_blobs(name_starts_with="alerts-waiting/")] == []
    assert await waiting_problems(LATER) == []
    kept = await blobs.warehouse(names.QUARANTINE)
    quarantined = [blob.name async for blob in kept.list_blobs(name_starts_with="alerts-waiting/")]
    assert len([name for name in quarantined if name.rpartition("/")[2].startswith(("a.json", "x.json"))]) == 3


async def test_an_alert_that_somebody_deletes_from_those_that_wait_is_not_told_and_the_verification_names_it(
    receiver: Receiver, at: Callable[[int], None]
):
    await told(alert(1, high=1), alert(2, high=1))
    before = await waiting_problems(LATER)
    reports = await blobs.warehouse(names.REPORTS)
    await reports.delete_blob("alerts-waiting/high/3/window-3-x1.json")
    await send_digests()
    page = await list_alerts(SpanQuestion(start=LATER, end=LATER))

    assert [digest.cases for digest in receiver.digests] == [("window-3-x2",)]
    assert {row.name: row.waits for row in page.items} == {"window-3-x1": True, "window-3-x2": False}
    assert (await count_alerts([LATER])).told == 1
    assert before == []
    (problem,) = await waiting_problems(LATER + timedelta(days=2))
    assert problem.startswith(
        f"alerts/{LATER:%Y/%m/%d/%H%M}/window-3-x1.json waits for a digest, and somebody has deleted"
    )


async def test_an_alert_is_told_as_its_own_blob_has_it_whatever_somebody_makes_of_the_one_that_waits(
    receiver: Receiver, at: Callable[[int], None]
):
    await told(alert(1, high=3), alert(2, high=1))
    reports = await blobs.warehouse(names.REPORTS)
    for number, forged in ((1, alert(1, low=1)), (2, alert(7, low=1))):
        path = f"alerts-waiting/high/3/window-3-x{number}.json"
        await blobs.write_blob(reports, path, msgspec.json.encode(forged))
    await send_digests()

    assert [(digest.bands["high"], digest.cases) for digest in receiver.digests] == [(3, ("window-3-x1",))]
    (problem,) = await waiting_problems(LATER)
    assert "window-3-x2.json waits" in problem


async def test_who_notes_again_and_again_that_alerts_were_told_delays_none_for_longer_than_the_minutes(
    receiver: Receiver, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    reports, began = await blobs.warehouse(names.REPORTS), datetime.now(UTC)
    await told(alert(1, high=1))
    sent: list[int] = []
    for minute in range(7):
        at(minute)
        monkeypatch.setattr(alert_digests, "_now", lambda minute=minute: began + timedelta(minutes=minute))
        noted = msgspec.json.encode({"at": LATER + timedelta(minutes=minute)})
        await blobs.write_blob(reports, "alerts-told/high/3.json", noted)
        sent.append(await send_digests())

    assert sum(sent) == 1
    assert sent.index(1) in (5, 6)


@pytest.mark.parametrize("fault", ["lease", "snapshot"])
@pytest.mark.parametrize(
    "path", ["alerts-waiting/high/3/window-3-x1.json", alert_path(LATER, "window-3-x1"), "alerts-told/high/3.json"]
)
async def test_neither_a_lease_nor_a_snapshot_of_another_hand_has_an_alert_told_again_and_again(
    receiver: Receiver, at: Callable[[int], None], path: str, fault: str
):
    reports = await blobs.warehouse(names.REPORTS)
    await told(alert(1, high=1))
    await blobs.write_blob(reports, "alerts-told/high/3.json", b'{"at": "2030-01-01T00:00:00Z"}')
    blob = reports.get_blob_client(path)
    await (blob.acquire_lease() if fault == "lease" else blob.create_snapshot())

    sent = [await send_digests(), await send_digests()]

    assert (sent, len(receiver.taken)) == ([1, 0], 1)
    assert [blob.name async for blob in reports.list_blobs(name_starts_with="alerts-waiting/")] == []
    page = await list_alerts(SpanQuestion(start=LATER, end=LATER))
    assert [row.waits for row in page.items] == [False]
