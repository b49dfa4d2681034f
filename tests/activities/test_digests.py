"""Contract: a burst of alerts is one message per store and band, a receiver that is away loses none of them."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from azure.core.exceptions import HttpResponseError

from activities import send_digests as sending
from activities.alert_fraud_team import alert_fraud_team
from activities.send_digests import send_digests
from activities.webhook import WebhookError
from fraud.analysis import WindowSummary, alert_path
from fraud.desk.digests import AlertDigest
from fraud.desk.queries import SpanQuestion
from local_azure.testing.web import serving
from services import alert_digests, blobs, names
from services.alert_digests import waiting_problems
from services.counting import count_alerts
from services.desk.alerts import list_alerts
from services.settings import settings
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.support.mail_receiver import MailReceiver, receiving

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

_FOLDERS = ("alerts-waiting/", "alerts-told/", "alerts/2031/")
LATER = WINDOW.end.replace(year=2031)


class Receiver:
    """A webhook that remembers the bodies by their keys; it refuses as long as it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.taken: list[tuple[str, dict[str, Any]]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take a post."""
        if self.is_away:
            return web.Response(status=503)
        self.taken.append((request.headers["Idempotency-Key"], msgspec.json.decode(await request.read())))
        return web.Response()

    @property
    def digests(self) -> list[AlertDigest]:
        """The posted JSON."""
        return [msgspec.convert(body, AlertDigest) for _, body in self.taken]


@pytest.fixture(autouse=True)
def digests_of_five_minutes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Alerts are told in digests."""
    monkeypatch.setitem(os.environ, "ALERT_DIGEST_MINUTES", "5")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest_asyncio.fixture(loop_scope="session")
async def receiver(monkeypatch: pytest.MonkeyPatch, clients: None) -> AsyncIterator[Receiver]:
    """A receiver that the settings name; nothing waits, and nothing was told."""
    its, app = Receiver(), web.Application()
    app.router.add_post("/", its.take)
    reports = await blobs.warehouse(names.REPORTS)
    for folder in _FOLDERS:
        async for blob in reports.list_blobs(name_starts_with=folder):
            await blobs.delete_blob(reports, blob.name)
    async with serving(app) as address:
        monkeypatch.setitem(os.environ, "ALERT_WEBHOOK_URL", f"{address}/")
        settings.cache_clear()
        yield its
    for folder in _FOLDERS:
        async for blob in reports.list_blobs(name_starts_with=folder):
            await blobs.delete_blob(reports, blob.name)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets Azure's time to so many minutes after a moment."""
    times: list[datetime] = [LATER]

    async def azure_time() -> datetime:
        return times[-1]

    monkeypatch.setattr(sending, "azure_time", azure_time)
    return lambda minutes: times.append(LATER + timedelta(minutes=minutes))


def alert(number: int, store: int = 3, **bands: int) -> WindowSummary:
    return WindowSummary(
        name=f"window-{store}-x{number}",
        store_id=store,
        window_start=LATER - timedelta(minutes=5),
        window_end=LATER,
        suspicious=sum(bands.values()),
        bands={"high": 0, **bands},
        max_score=10 * number,
        verdicts_blob="fraud-events/x.ndjson",
    )


async def told(*alerts: WindowSummary) -> None:
    for each in alerts:
        await alert_fraud_team(each)


async def test_a_burst_is_one_message_per_store_and_band(receiver: Receiver, at: Callable[[int], None]):
    await told(*(alert(number, high=1, low=2) for number in range(1, 13)), alert(20, low=4), alert(21, 4, high=1))
    assert receiver.taken == [], "no verdict waits for a receiver"

    sent = await send_digests()
    again = await send_digests()
    digests = {(digest.store_id, digest.band): digest for digest in receiver.digests}

    assert (sent, again) == (3, 0)
    assert digests.keys() == {(3, "high"), (3, "low"), (4, "high")}
    burst = digests[3, "high"]
    assert (burst.windows, burst.suspicious, burst.bands, burst.max_score) == (
        12,
        36,
        {"high": 12, "medium": 0, "low": 24, "unresolved": 0},
        120,
    )
    assert burst.cases[:2] == ("window-3-x12", "window-3-x11")
    assert len(burst.cases) == 10


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


async def test_what_comes_within_the_minutes_is_told_at_their_end(receiver: Receiver, at: Callable[[int], None]):
    await told(alert(1, high=1))
    await send_digests()
    await told(alert(2, high=1), alert(3, high=1), alert(2, high=1))

    at(4)
    early = await send_digests()
    at(5)
    late = await send_digests()

    assert (early, late) == (0, 1)
    assert [digest.windows for digest in receiver.digests] == [1, 2]


async def test_alerts_that_wait_before_others_hold_them_up_however_many_they_are_no_longer_than_a_round_takes(
    receiver: Receiver, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alert_digests, "MOST_LISTED", 2)
    await told(alert(1, high=1))
    await send_digests()
    await told(*(alert(number, high=1) for number in range(2, 6)), alert(1, 9, high=1))

    sent = [await send_digests() for _ in range(3)]

    assert sum(sent) == 1
    assert [digest.store_id for digest in receiver.digests] == [3, 9]
    assert await alert_digests.names_waiting() == {f"window-3-x{number}" for number in range(2, 6)}


async def test_an_alert_counts_as_told_once_its_digest_was_taken(receiver: Receiver, at: Callable[[int], None]):
    async def waits() -> dict[str, bool]:
        page = await list_alerts(SpanQuestion(start=LATER, end=LATER))
        return {row.name: row.waits for row in page.items}

    receiver.is_away = True
    await told(alert(1, high=1))
    with pytest.raises(WebhookError):
        await send_digests()

    assert await waits() == {"window-3-x1": True}
    assert (await count_alerts([LATER])).told == 0

    receiver.is_away = False
    await send_digests()
    await told(alert(2, high=1))

    assert await waits() == {"window-3-x1": False, "window-3-x2": True}
    assert (await count_alerts([LATER])).told == 1


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


async def test_an_alert_that_is_told_before_its_blob_is_written_is_a_told_one(
    receiver: Receiver, at: Callable[[int], None]
):
    await alert_digests.wait_for_digest(alert(1, high=1))
    await send_digests()
    await told(alert(1, high=1))

    assert await waiting_problems(LATER) == []
    assert (await count_alerts([LATER])).told == 1
    assert len(receiver.taken) == 1


async def test_alerts_whose_receiver_was_unset_meanwhile_wait_and_are_not_said_to_be_told(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, at: Callable[[int], None]
):
    await told(alert(1, high=1))
    address = os.environ["ALERT_WEBHOOK_URL"]
    monkeypatch.delitem(os.environ, "ALERT_WEBHOOK_URL")
    settings.cache_clear()

    sent_to_nobody = await send_digests()
    page = await list_alerts(SpanQuestion(start=LATER, end=LATER))
    monkeypatch.setitem(os.environ, "ALERT_WEBHOOK_URL", address)
    settings.cache_clear()

    assert (sent_to_nobody, [row.waits for row in page.items]) == (0, [True])
    assert (await send_digests(), receiver.digests[0].cases) == (1, ("window-3-x1",))


async def test_a_receiver_that_is_away_gets_all_of_it_when_it_is_back(receiver: Receiver, at: Callable[[int], None]):
    receiver.is_away = True
    await told(alert(1, high=1), alert(2, 4, high=1))
    for _ in range(2):
        with pytest.raises(WebhookError):
            await send_digests()
    receiver.is_away = False

    assert await send_digests() == 2
    assert {digest.store_id for digest in receiver.digests} == {3, 4}


@pytest.mark.parametrize("form", ["teams", "slack"])
async def test_a_digest_is_a_card_of_teams_or_slack_and_a_mail(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, at: Callable[[int], None], form: str
):
    mails = MailReceiver()
    async with receiving(mails) as server:
        for name, text in (("SERVER", server), ("FROM", "a@example.org"), ("TO", "b@example.org")):
            monkeypatch.setitem(os.environ, f"ALERT_MAIL_{name}", text)
        monkeypatch.setitem(os.environ, "ALERT_FORMAT", form)
        settings.cache_clear()
        await told(alert(1, high=1), alert(2, high=2))
        await send_digests()

    ((key, body),) = receiver.taken
    (mail,) = mails.mails
    text = msgspec.json.encode(body).decode()
    assert mail["Message-ID"] == f"<{key}@example.org>"
    assert mail["Subject"] == "Fraud: 3 high of 3 suspicious in 2 windows at store 3, worst score 20"
    assert "Fraud: 3 high of 3 suspicious in 2 windows at store 3, worst score 20" in text
    assert "Case window-3-x2" in text
    if form == "teams":
        (attachment,) = body["attachments"]
        assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
        assert attachment["content"]["type"] == "AdaptiveCard"
    else:
        assert [block["type"] for block in body["blocks"]] == ["header", "section", "section"]
