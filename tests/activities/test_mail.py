"""Alerts as mail, seen by a receiver; the server's address holds a password, which no failure shows."""

import traceback

import msgspec
import pytest

from activities.mail import MailError, send_mail
from fraud.analysis import WindowSummary
from fraud.desk.alert_text import body_of, card_of
from services.mail_settings import MailSettings
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.support.mail_receiver import MailReceiver, receiving

SECRET = "s3cret"
ALERT = WindowSummary(
    name="window-3-x",
    store_id=3,
    window_start=WINDOW.start,
    window_end=WINDOW.end,
    suspicious=10,
    bands={"high": 3, "medium": 0, "low": 7},
    max_score=95,
    verdicts_blob="fraud-events/2026/01/02/1010/window-3-x.ndjson",
)


async def send(alert: WindowSummary, server: str) -> None:
    settings = MailSettings(server, "fraud@example.org", ("ana@example.org", "ben@example.org"))
    await send_mail(alert.alert_name, card_of(alert, None).title, body_of(alert, None), settings)


async def test_everybody_is_told_how_much_where_and_how_to_see_it():
    receiver = MailReceiver()
    async with receiving(receiver) as server:
        await send(ALERT, server)
        await send(ALERT, server)

    first, again = receiver.mails
    text = str(first.get_payload())
    assert first["Subject"] == "Fraud: 3 high of 10 suspicious at store 3, worst score 95"
    assert receiver.to[:2] == ["ana@example.org", "ben@example.org"]
    assert "./detective case show window-3-x" in text
    assert "2026-01-02 10:05 to 10:10 UTC: 3 high, 7 low." in text
    assert first["Message-ID"] == again["Message-ID"] == "<window-3-x@example.org>"


async def test_a_store_of_any_text_ends_no_header():
    receiver = MailReceiver()
    odd = msgspec.structs.replace(ALERT, store_id="7\r\nBcc: x@y")
    async with receiving(receiver) as server:
        await send(odd, server)

    assert receiver.mails[0]["Bcc"] is None
    assert "at store 7??Bcc: x@y" in receiver.mails[0]["Subject"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_is_away_is_told_without_its_address(scheme: str):
    said = await failure(f"{scheme}://user:{SECRET}@127.0.0.1:9")

    assert "the mail server of ALERT_MAIL_SERVER cannot be reached" in said
    assert SECRET not in said


async def test_a_server_that_refuses_is_told():
    async with receiving(MailReceiver(recipients="550 unknown")) as server:
        assert "refuses every recipient" in await failure(server)


async def failure(server: str) -> str:
    """Everything that a log or a history could show of a mail that was not taken."""
    with pytest.raises(MailError) as problem:
        await send(ALERT, server)
    shown = "".join(traceback.format_exception(problem.value))
    return shown + repr(problem.value.__context__) + repr(problem.value.__cause__)
