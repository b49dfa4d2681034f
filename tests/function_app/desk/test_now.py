"""The page Now: its words, made of a flow."""

from datetime import timedelta

from activities.desk.flow import Flow
from activities.watching.watch_pipeline import Look
from fraud.watching.flow import Joint
from fraud.watching.health import Health
from function_app.desk.rendering import render
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
