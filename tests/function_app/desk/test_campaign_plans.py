"""Two campaigns side by side, and plans on the pages of the desk."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from fraud.load.messages import MixTotals
from function_app.desk.rendering import UNKNOWN
from function_app.desk.views.campaign_plans import ComparedCampaign, Side, comparison, told_of
from services.instances import Instance
from tests.fraud.desk.cases import NOON
from tests.function_app.desk.forms import page, send
from tests.function_app.desk.test_setting_right import visitor as visitor  # noqa: PLC0414 - a fixture
from tests.function_app.http_functions import call, until


def instance(**fields: Any) -> Instance:
    return Instance(
        name="run_campaign",
        instance_id="campaign-a",
        runtime_status="Completed",
        created_time=NOON,
        last_updated_time=NOON,
        **fields,
    )


def side(sent: int, seconds: int) -> Side:
    told = ComparedCampaign(started=NOON, updated=NOON + timedelta(seconds=seconds), totals=MixTotals(sent=sent))
    return Side(instance=instance(), told=told, latencies=None)


def test_two_campaigns_are_compared_number_by_number():
    rows = {name: (values, differs) for name, values, differs in comparison([side(1_000, 10), side(3_000, 60)])}

    assert rows["sent"] == (["1,000", "3,000"], True)
    assert rows["sent per second"] == (["100.0", "50.0"], True)
    assert rows["took"] == (["10 s", "1 min"], True)
    assert rows["throttled"] == (["0", "0"], False)
    assert rows["to the archive, p95"] == ([UNKNOWN, UNKNOWN], False)


@pytest.mark.parametrize("content", [None, "why it failed", {"phase": 7}, ["x"]])
def test_a_campaign_that_does_not_tell_of_itself_is_starting(content: Any):
    assert told_of(instance(output=content, custom_status=None)) == ComparedCampaign()


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_a_plan_is_started_on_its_page_and_shown_beside_another(visitor: aiohttp.ClientSession):
    plan = '{"name": "desk-%s", "stages": [{"shape": "constant", "rate": 1, "for": "10s"}]}'
    address = "/desk/campaigns/plan"

    refused = await send(visitor, address, address, plan='{"stages": [{"shape": "constant", "rate": "x"}]}')
    wrong = await send(
        visitor, address, address, plan='{"tick": "1h", "stages": [{"shape": "constant", "rate": 1, "for": "9s"}]}'
    )
    started = [await send(visitor, address, address, plan=plan % name) for name in ("one", "two")]

    async def both() -> str:
        _, text = await page(visitor, "/desk/campaigns/compare?first=campaign-desk-one&second=campaign-desk-two")
        return text if text.count("completed") == 2 else ""

    text = await until(both)
    assert (refused[0], "This is not a plan" in refused[1]) == (400, True)
    assert (wrong[0], "tick must be from 1s to 300s" in wrong[1]) == (400, True)
    assert [status for status, _ in started] == [303, 303]
    assert "sent per second" in text
    assert "campaign-desk-one" in (await page(visitor, "/desk/campaigns"))[1]
    assert (await page(visitor, "/desk/campaigns/compare?first=nobody&second=campaign-desk-two"))[0] == 404


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_a_campaign_is_stopped_on_the_desk_once_it_has_received_that(visitor: aiohttp.ClientSession):
    list_of, stop, name = "/desk/campaigns", "/desk/campaigns/stop", "campaign-desk-stopped"

    async def state() -> dict[str, Any]:
        return (await call(visitor, "GET", f"/api/campaigns/{name}"))[1]

    async def has_sent() -> bool:
        return (await state()).get("batches_sent", 0) > 0

    async def has_ended() -> bool:
        return (await state())["status"] == "Completed"

    await send(visitor, list_of, list_of, name="desk-stopped", batches=100_000, interval_seconds=60)
    await until(has_sent)
    stopped = await send(visitor, list_of, stop, id=name)
    at_once = (await state())["phase"]
    await until(has_ended)
    ended = await state()
    again = await send(visitor, list_of, stop, id=name)
    nobody = await send(visitor, list_of, stop, id="campaign-nobody")

    assert (stopped, at_once in ("stopping", "stopped")) == ((303, list_of), True)
    assert ended["phase"] == "stopped"
    assert (again[0], "Campaign has ended" in again[1]) == (409, True)
    assert (nobody[0], "No such campaign" in nobody[1]) == (404, True)
