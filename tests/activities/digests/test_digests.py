"""Contract: a burst of alerts is one message per store and band, a receiver that is away loses none of them."""

import os
from collections.abc import Callable

import msgspec
import pytest

from activities.send_digests import send_digests
from activities.webhook import WebhookError
from fraud.desk.queries import SpanQuestion
from services import alert_digests
from services.alert_digests import waiting_problems
from services.counting import count_alerts
from services.desk.alerts import list_alerts
from services.settings import settings
from tests.activities.digests.alerts import LATER, Receiver, alert, told
from tests.support.mail_receiver import MailReceiver, receiving

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


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
