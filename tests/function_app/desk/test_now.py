"""The page Now: its words, made of a flow."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from activities.desk.flow import Flow
from activities.watching.watch_pipeline import Look
from fraud.watching.flow import Joint
from fraud.watching.health import DependencyHealth, Health
from function_app.desk.rendering import render
from function_app.desk.views import now
from function_app.desk.views.now import Seen, _content  # pyright: ignore[reportPrivateUsage]
from tests.fraud.watching.pipeline import FACTS, NOW, watched

JOINTS = ("sent", "captured", "archived", "quarantined", "flagged", "windows", "judged", "alerts")


def flow(**counts: int) -> Flow:
    look = Look(FACTS, watched(FACTS), [])
    joints = {name: Joint(counts.get(name, 0)) for name in JOINTS}
    return Flow(look=look, now=NOW, since=NOW - timedelta(days=1), speed=1, joints=joints)


def page(seen: Flow) -> str:
    return render("now.html", me=None, here="now", **_content(Seen(Health("ok"), seen, "", [])))


def test_flagged_ids_are_said_to_be_counted_as_often_as_they_are_named():
    text = page(flow(flagged=867, judged=857))

    assert "Flagged: 867, ids, repeats included" in text
    assert "Verdicts: 857" in text


def test_what_is_in_quarantine_is_said_to_be_counted_since_the_last_hour_began():
    text = page(flow(quarantined=3))

    assert f"Quarantined: 3, since {NOW - timedelta(hours=1):%H}:00" in text
    assert f"Quarantined: 5,000, since {NOW - timedelta(hours=1):%H}:00, and more" in page(flow(quarantined=5_000))


def test_alerts_that_had_nobody_to_tell_are_not_counted_as_told():
    text = page(msgspec.structs.replace(flow(alerts=3), nobody_to_tell=84))

    assert "Alerts: 3, 84 had nobody to tell" in text


@pytest.mark.asyncio
async def test_a_silent_service_is_shown_on_the_page_and_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    async def silence(*_: object) -> None:
        await asyncio.sleep(60)

    async def check() -> Health:
        return Health("failed", {"Cosmos": DependencyHealth("failed", 5_000, "no answer within 5 s")})

    monkeypatch.setattr(now, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(now, "recent_flow", silence)
    monkeypatch.setattr(now, "list_page", silence)
    monkeypatch.setattr(now, "check_health", check)
    seen = await asyncio.wait_for(now._Eyes().see("http://127.0.0.1:9"), 5)  # pyright: ignore[reportPrivateUsage]
    text = render("now.html", me=None, here="now", **_content(seen))

    assert "Something stands" in text
    assert "The pipeline cannot be looked at: no answer within 0.05 s." in text
    assert "no answer within 5 s" in text
