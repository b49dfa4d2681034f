"""However many ask for the health, each service is asked once in some seconds; its status says what weighs most."""

import asyncio

import pytest

from activities import check_health
from activities.check_health import recent_health
from activities.recent import RecentAnswer
from fraud.watching.checks import Check, CheckState


class Service:
    """Counts how often it is asked; each answer takes a moment."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self) -> None:
        self.asked += 1
        await asyncio.sleep(0.05)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    monkeypatch.setattr(check_health, "_CHECKS", {"Cosmos": service.ask})
    monkeypatch.setattr(check_health, "_recent", RecentAnswer(check_health.check_health, seconds=0.2))
    monkeypatch.setattr(check_health, "check_pipeline", no_checks)
    return service


async def no_checks() -> list[Check]:
    return []


async def test_many_at_once_are_answered_by_one_check(service: Service):
    answers = await asyncio.gather(*(recent_health() for _ in range(200)))

    assert service.asked == 1
    assert {answer.status for answer in answers} == {"ok"}


async def test_one_who_hangs_up_ends_nobody_elses_check(service: Service):
    first = asyncio.create_task(recent_health())
    second = asyncio.create_task(recent_health())
    await asyncio.sleep(0.01)
    first.cancel()

    assert (await second).status == "ok"
    assert service.asked == 1


async def test_an_old_answer_is_asked_for_anew(service: Service):
    await recent_health()
    await recent_health()
    await asyncio.sleep(0.3)
    await recent_health()

    assert service.asked == 2


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (("ok", "ok"), "ok"),
        (("ok", "growing"), "degraded"),
        (("lagging", "ok"), "degraded"),
        (("growing", "standing"), "failed"),
    ],
)
async def test_a_pipeline_that_stands_fails_and_one_that_lags_is_degraded(
    service: Service, monkeypatch: pytest.MonkeyPatch, states: tuple[CheckState, ...], status: str
):
    async def checks() -> list[Check]:
        return [Check(name="queue", state=state, value=1, threshold=0, unit="seconds") for state in states]

    monkeypatch.setattr(check_health, "check_pipeline", checks)

    assert (await check_health.check_health()).status == status


async def test_a_pipeline_that_cannot_be_looked_at_fails_with_the_reason(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    async def checks() -> list[Check]:
        raise ExceptionGroup("unhandled errors", [OSError("the hub is away")])

    monkeypatch.setattr(check_health, "check_pipeline", checks)

    health = await check_health.check_health()
    assert (health.status, health.problem) == ("failed", "OSError: the hub is away")
