"""The campaigns of the running app; host, engine and services are real processes."""

import asyncio
import base64
import uuid
from datetime import datetime
from typing import Any

import aiohttp
import msgspec
import pytest
from yarl import URL

from fraud.generation import generate_events, totals_of
from tests.function_app.http_functions import INSTANCES, archived_at_least, call, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def start(http: aiohttp.ClientSession, **order: Any) -> str:
    status, answer = await call(http, "POST", "/api/campaigns", order)
    assert status == 202, answer
    assert answer.keys() == {"id", "statusQueryGetUri"}, "the key of the task hub is for nobody"
    assert answer["statusQueryGetUri"].endswith(f"/api/campaigns/{answer['id']}")
    return answer["id"]


async def ended(http: aiohttp.ClientSession, campaign: str) -> dict[str, Any]:
    async def output() -> dict[str, Any] | None:
        _, progress = await call(http, "GET", f"/api/campaigns/{campaign}")
        assert progress["status"] in ("Pending", "Running", "Completed"), progress
        return progress if progress["status"] == "Completed" else None

    return await until(output)


async def test_a_campaign_ends_with_the_totals_that_its_seed_determines(http: aiohttp.ClientSession):
    name = uuid.uuid4().hex[:8]
    campaign = await start(http, name=name, batches=30, events_per_batch=20, interval_seconds=2, seed=42)

    progress = await ended(http, campaign)

    expected = sum(
        (totals_of(list(generate_events("42", batch, 20, 0.1, ""))) for batch in range(1, 30)),
        start=totals_of(list(generate_events("42", 0, 20, 0.1, ""))),
    )
    assert msgspec.convert(progress["totals"], type(expected)) == expected
    assert (progress["phase"], progress["batches_sent"], progress["output"]["totals"]["sent"]) == ("completed", 30, 600)
    assert len({event["id"] for event in await until(lambda: archived_at_least(campaign, 600))}) == 600


async def test_batches_of_a_campaign_keep_to_its_schedule(http: aiohttp.ClientSession):
    progress = await ended(http, await start(http, batches=5, events_per_batch=1, interval_seconds=30))

    started, updated = (datetime.fromisoformat(progress[name]) for name in ("started", "updated"))
    # The last batch is due after 120 s, and a durable timer may come a second early.
    assert 119 <= (updated - started).total_seconds() < 600


async def test_a_campaign_without_an_interval_sends_at_once(http: aiohttp.ClientSession):
    progress = await ended(http, await start(http, batches=3, events_per_batch=5, interval_seconds=0))

    assert progress["totals"]["sent"] == 15


@pytest.mark.parametrize("interval", [0, 600])
async def test_a_campaign_can_be_stopped_while_it_sends_and_while_it_waits(http: aiohttp.ClientSession, interval: int):
    campaign = await start(http, batches=100_000, events_per_batch=1, interval_seconds=interval)

    async def has_sent() -> bool:
        return (await call(http, "GET", f"/api/campaigns/{campaign}"))[1].get("batches_sent", 0) > 0

    await until(has_sent)
    status, _ = await call(http, "POST", f"/api/campaigns/{campaign}/stop")
    progress = await ended(http, campaign)

    assert status == 202
    assert progress["phase"] == "stopped"
    assert progress["totals"]["sent"] == progress["batches_sent"] < 100_000
    assert (await call(http, "POST", f"/api/campaigns/{campaign}/stop"))[0] == 409


async def test_a_suspended_campaign_has_received_a_stop_that_it_obeys_once_it_goes_on(http: aiohttp.ClientSession):
    campaign = await start(http, batches=100_000, events_per_batch=5_000, interval_seconds=0.1)

    async def status() -> dict[str, Any]:
        return (await call(http, "GET", f"{INSTANCES}/{campaign}?showHistory=true"))[1]

    async def sends_a_later_batch() -> bool:
        return any(event["EventType"] == "TimerFired" for event in (await status())["historyEvents"])

    async def holds_a_result_back() -> bool:
        happened = [event["EventType"] for event in (await status())["historyEvents"]]
        return "ExecutionSuspended" in happened and happened[-1] == "TaskCompleted"

    async def has_ended() -> bool:
        return (await status())["runtimeStatus"] == "Completed"

    await until(sends_a_later_batch)
    async with http.post(f"{INSTANCES}/{campaign}/suspend", params={"reason": "lunch"}) as answer:
        assert answer.status == 202
    await until(holds_a_result_back)
    stopped, _ = await call(http, "POST", f"/api/campaigns/{campaign}/stop")
    async with http.post(f"{INSTANCES}/{campaign}/resume", params={"reason": "back"}) as answer:
        assert answer.status == 202
    await until(has_ended)

    assert stopped == 202
    assert (await ended(http, campaign))["phase"] == "stopped"


async def test_two_campaigns_of_one_name_do_not_run_at_once(http: aiohttp.ClientSession):
    campaign = await start(http, name="twin", batches=100, interval_seconds=600)

    status, answer = await call(http, "POST", "/api/campaigns", {"name": "twin"})

    assert (status, answer["title"]) == (409, "Campaign runs")
    await call(http, "POST", f"/api/campaigns/{campaign}/stop")
    await ended(http, campaign)
    await ended(http, await start(http, name="twin", batches=1))


async def test_of_two_starts_at_the_same_moment_one_wins(http: aiohttp.ClientSession):
    order = {"name": uuid.uuid4().hex[:8], "batches": 100, "interval_seconds": 600}

    answers = await asyncio.gather(*(call(http, "POST", "/api/campaigns", order) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [202, 409, 409, 409, 409]
    await call(http, "POST", f"/api/campaigns/{order['name']}/stop")


async def test_a_campaign_that_was_terminated_says_so(http: aiohttp.ClientSession):
    campaign = await start(http, batches=100, interval_seconds=600)
    async with http.post(f"{INSTANCES}/{campaign}/terminate", params={"reason": "enough"}) as answer:
        assert answer.status == 202

    async def is_terminated() -> dict[str, Any] | None:
        _, progress = await call(http, "GET", f"/api/campaigns/{campaign}")
        return progress if progress["status"] == "Terminated" else None

    progress = await until(is_terminated)
    assert (progress["phase"], progress["output"]) == ("terminated", "enough")


async def test_a_campaign_that_was_restarted_is_found_and_stopped_under_its_new_id(http: aiohttp.ClientSession):
    campaign = await start(http, batches=2, events_per_batch=1, interval_seconds=0)
    await ended(http, campaign)
    async with http.post(f"{INSTANCES}/{campaign}/restart", params={"restartWithNewInstanceId": "true"}) as answer:
        assert answer.status == 202
        restarted = (await answer.json())["id"]

    progress = await ended(http, restarted)

    assert (progress["id"], progress["totals"]["sent"]) == (restarted, 2)
    assert (await call(http, "POST", f"/api/campaigns/{restarted}/stop"))[0] == 409
    async with http.get(f"/api/repairs/{restarted}") as answer:
        assert answer.status == 404


async def test_a_name_with_a_line_break_is_refused_by_field(http: aiohttp.ClientSession):
    status, answer = await call(http, "POST", "/api/campaigns", {"name": "abc\n", "batches": 1})

    assert (status, answer["field"]) == (400, "name")


async def test_a_wrong_campaign_is_refused_by_field(http: aiohttp.ClientSession):
    status, answer = await call(http, "POST", "/api/campaigns", {"batches": 0})

    assert (status, answer["field"]) == (400, "batches")


async def test_a_campaign_that_never_was_is_not_found(http: aiohttp.ClientSession):
    for method, path in (("GET", "/api/campaigns/nobody"), ("POST", "/api/campaigns/nobody/stop")):
        assert (await call(http, method, path))[0] == 404


@pytest.mark.parametrize("name", ["a%3Fb", "a%2Fb", "..%2F..%2Fx", "%00", "A B", "x" * 300])
async def test_what_cannot_be_a_name_is_not_found(http: aiohttp.ClientSession, name: str):
    async with http.get(URL(f"/api/campaigns/{name}", encoded=True)) as answer:
        assert answer.status in (400, 404)


STAGE = {"shape": "burst", "rate": 20, "every": "10s", "lasts": "5s", "for": "30s"}


async def start_plan(http: aiohttp.ClientSession, **fields: Any) -> str:
    return await start(http, **{"name": uuid.uuid4().hex[:8], "seed": 42, "stages": [STAGE], **fields})


async def test_a_campaign_with_a_plan_sends_what_its_plan_says_and_shows_it(http: aiohttp.ClientSession):
    campaign = await start_plan(http, mix={"malformed": 0.1, "doubled": 0.2}, producers=2)

    progress = await ended(http, campaign)

    totals = progress["totals"]
    assert (progress["phase"], progress["planned"], totals["sent"]) == ("completed", 300, 300)
    assert progress["plan"]["stages"][0]["shape"] == "burst"
    assert progress["most_behind_seconds"] >= progress["behind_seconds"] >= 0
    distinct = 300 - totals["malformed"] - totals["doubled"]
    assert (
        len({event["id"] for event in await until(lambda: archived_at_least(campaign, distinct - 30))}) >= distinct - 30
    )
    _, listed = await call(http, "GET", "/api/campaigns")
    # Other tests of this file have campaigns that run meanwhile.
    (own,) = [each for each in listed["campaigns"] if each["id"] == campaign]
    assert own["totals"] == totals


async def test_a_campaign_with_a_plan_is_stopped_and_its_name_runs_once(http: aiohttp.ClientSession):
    campaign = await start_plan(http, stages=[{"shape": "constant", "rate": 1, "for": "99h"}])
    status, _ = await call(http, "POST", "/api/campaigns", {"name": campaign.removeprefix("campaign-")})
    assert status == 409

    async def has_sent() -> bool:
        return (await call(http, "GET", f"/api/campaigns/{campaign}"))[1].get("batches_sent", 0) > 0

    await until(has_sent)
    assert (await call(http, "POST", f"/api/campaigns/{campaign}/stop"))[0] == 202

    progress = await ended(http, campaign)
    assert progress["phase"] == "stopped"
    assert progress["totals"]["sent"] == progress["due"] < progress["planned"]


async def test_latencies_and_verdicts_of_a_campaign_are_told(http: aiohttp.ClientSession):
    campaign = await start_plan(http, stages=[{"shape": "constant", "rate": 10, "for": "10s"}])
    await ended(http, campaign)
    await until(lambda: archived_at_least(campaign, 100))

    status, latencies = await call(http, "GET", f"/api/campaigns/{campaign}/latencies")

    assert (status, latencies["sample"], latencies["from_due"]) == (200, 1, True)
    assert latencies["send_to_archive"]["count"] == 100
    assert (
        sum(minute["send_to_archive"]["count"] for minute in latencies["minutes"] if minute["send_to_archive"]) == 100
    )
    assert await call(http, "GET", f"/api/campaigns/{campaign}/verdicts") == (200, {"verdicts": []})
    assert (await call(http, "GET", "/api/campaigns/nobody/latencies"))[0] == 404
    assert (await call(http, "GET", "/api/campaigns/nobody/verdicts"))[0] == 404


async def test_a_tape_that_was_handed_over_is_played(http: aiohttp.ClientSession):
    bodies = [{"id": str(uuid.uuid4()), "event_type": "sale_event", "store_id": 3} for _ in range(12)]
    page = {"bodies": [base64.b64encode(msgspec.json.encode(body)).decode() for body in bodies]}
    tape = uuid.uuid4().hex[:16]
    async with http.post(f"/api/campaign-tapes/{tape}/1", data=msgspec.json.encode(page)) as answer:
        assert answer.status == 204
    stage = {"shape": "tape", "tape": tape, "per": "5s", "counts": [0, 12], "for": "10s"}

    campaign = await start_plan(http, stages=[stage])

    assert (await ended(http, campaign))["totals"]["sent"] == 12
    archived = await until(lambda: archived_at_least(campaign, 12))
    assert {event["id"] for event in archived} == {body["id"] for body in bodies}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/campaign-tapes/0123/0", {"bodies": []}, 404),
        ("POST", "/api/campaign-tapes/0123456789abcdef/x", {"bodies": []}, 404),
        ("POST", "/api/campaign-tapes/0123456789abcdef/0", {"bodies": ["?"]}, 400),
        ("POST", "/api/campaign-tapes/0123456789abcdef/0", {"body": []}, 400),
    ],
)
async def test_a_wrong_page_is_refused(http: aiohttp.ClientSession, method: str, path: str, body: Any, status: int):
    assert (await call(http, method, path, body))[0] == status


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"stages": []}, "stages"),
        ({"batches": 3}, "batches"),
        ({"stages": [{**STAGE, "rate": -1}]}, "stages[0].rate"),
        ({"stages": [{**STAGE, "lasts": "11s"}]}, "stages[0].lasts"),
        ({"stages": [{"shape": "world", "for": "1m"}]}, "stages[0].shape"),
        ({"stages": [{"shape": "constant", "rate": 100_000, "for": "99h"}]}, "stages"),
    ],
)
async def test_a_wrong_plan_is_refused_by_field(http: aiohttp.ClientSession, fields: dict[str, Any], field: str):
    status, answer = await call(http, "POST", "/api/campaigns", {"stages": [STAGE], **fields})

    assert (status, answer["field"]) == (400, field)
