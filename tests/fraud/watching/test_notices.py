"""Who is told when: once, again if it gets worse or lasts, and once when it is well."""

from datetime import datetime

from fraud.watching.checks import Check, CheckState
from fraud.watching.memory import Episode, Memory
from fraud.watching.notices import REPEAT_AFTER, Notice, due_notices, episodes_after, told
from tests.fraud.watching.pipeline import MINUTE, NOW


def made(state: CheckState) -> Check:
    return Check(name="queue", state=state, value=1, threshold=0, unit="seconds")


class People:
    """Look after look, as the watch does it; keeps what was sent."""

    def __init__(self) -> None:
        self.episodes: dict[str, Episode] = {}
        self.sent: list[Notice] = []

    def see(self, state: CheckState, now: datetime) -> list[str]:
        checks = [made(state)]
        after = episodes_after(Memory(since=NOW, episodes=self.episodes), checks, now)
        notices = due_notices(self.episodes, after, checks, now)
        for notice in notices:
            after = told(after, notice, now)
        self.episodes = after
        self.sent += notices
        return [notice.kind for notice in notices]


def test_a_fault_is_told_at_its_second_look_and_then_not_again():
    people = People()

    assert [people.see("lagging", NOW + minute * MINUTE) for minute in range(4)] == [[], ["raised"], [], []]


def test_a_moments_fault_is_not_told():
    people = People()

    assert [people.see(state, NOW) for state in ("lagging", "ok", "lagging", "ok", "ok")] == [[]] * 5
    assert people.episodes == {}


def test_it_is_told_that_a_fault_changes_and_that_it_is_over():
    people = People()

    kinds = [people.see(state, NOW) for state in ("lagging", "lagging", "standing", "standing", "ok", "ok")]

    assert kinds == [[], ["raised"], ["changed"], [], ["recovered"], []]
    assert people.episodes == {}


def test_a_fault_that_lasts_is_told_again_under_a_name_of_its_own():
    people = People()

    kinds = [people.see("standing", NOW + hours * REPEAT_AFTER) for hours in range(4)]

    assert kinds == [[], ["raised"], ["repeated"], ["repeated"]]
    assert len({notice.name for notice in people.sent}) == 3


def test_a_notice_that_was_not_sent_is_due_again_under_its_name():
    episodes = {"queue": Episode(since=NOW, state="standing")}
    checks = [made("standing")]

    first, second = (due_notices(episodes, episodes, checks, NOW + minute * MINUTE) for minute in (1, 2))

    assert [notice.name for notice in first] == [notice.name for notice in second]
    assert first[0].name == "queue-20260102T101200Z-raised-standing"
    assert first[0].path == "notices/2026/01/02/1012/queue-20260102T101200Z-raised-standing.json"
