"""The management API with requests that no SDK sends."""

import asyncio
from urllib.parse import quote

import aiohttp
import pytest

from local_azure.durable import purge
from tests.durable.api import Api


async def test_a_start_answers_with_urls_that_work(api: Api):
    status, urls, headers = await api("POST", "/orchestrators/echo/one")
    async with aiohttp.ClientSession() as session, session.get(urls["statusQueryGetUri"]) as response:
        assert response.status in {200, 202}

    assert (status, urls["id"], headers["Location"]) == (202, "one", urls["statusQueryGetUri"])
    assert set(urls) >= {"sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri"}


async def test_a_start_can_wait_for_the_end(api: Api):
    done = await api("POST", "/orchestrators/echo/one?timeout=30&pollingInterval=1")
    late = await api("POST", "/orchestrators/wait/two?timeout=0.05&pollingInterval=0.01")
    wrong = await api("POST", "/orchestrators/wait/three?timeout=1&pollingInterval=2")

    assert done[:2] == (200, "one")
    assert late[0] == 202
    assert wrong[0] == 400


async def test_a_running_instance_answers_202_with_where_and_when_to_ask_again(api: Api):
    await api("POST", "/orchestrators/wait/w")
    status, _, headers = await api("GET", "/instances/w")

    assert (status, headers["Retry-After"]) == (202, "5")
    assert headers["Location"].endswith("/instances/w")


async def test_a_failed_instance_is_500_only_if_asked_for(api: Api):
    await api("POST", "/orchestrators/fail/f?timeout=30&pollingInterval=1")

    assert (await api("GET", "/instances/f"))[0] == 200
    assert (await api("GET", "/instances/f?returnInternalServerErrorOnFailure=true"))[0] == 500


async def test_pages_follow_each_other_without_gaps(api: Api):
    for number in range(25):
        await api("POST", f"/orchestrators/echo/e-{number:02}")
    seen: list[str] = []
    token: str | None = None
    while True:
        headers = {"x-ms-continuation-token": token} if token else {}
        status, page, answered = await api("GET", "/instances?top=10&instanceIdPrefix=e-", headers=headers)
        assert status == 200
        seen += [row["instanceId"] for row in page]
        if not (token := answered.get("x-ms-continuation-token")):
            break

    assert seen == [f"e-{number:02}" for number in range(25)]
    _, anew, _ = await api("GET", "/instances", headers={"x-ms-continuation-token": "\xff*"})
    assert len(anew) == 25


async def test_what_is_not_there_is_404(api: Api):
    for method, path in [
        ("GET", "/instances/nobody"),
        ("DELETE", "/instances/nobody"),
        ("POST", "/instances/nobody/terminate"),
        ("POST", "/instances/nobody/suspend"),
        ("POST", "/instances/nobody/rewind"),
        ("GET", "/entities/counter/nobody"),
        ("POST", "/instances/nobody/explode"),
        ("GET", "/entities/nobody/1"),
        ("POST", "/orchestrators/echo/a%2Fb"),
        ("DELETE", "/instances?createdTimeFrom=2020-01-01T00:00:00Z"),
    ]:
        assert (await api(method, path))[0] == 404, (method, path)
    assert (await api("POST", "/instances/nobody/raiseEvent/go", b"1"))[0] == 404


async def test_what_is_wrong_is_400_with_a_reason(api: Api):
    await api("POST", "/orchestrators/wait/w")
    for method, path, body in [
        ("POST", "/orchestrators/echo", b"{"),
        ("POST", "/orchestrators/echo", b"\xff{"),
        ("POST", "/orchestrators/echo", b"[NaN]"),
        ("POST", "/orchestrators/echo", b"[" * 100_000),
        ("POST", "/orchestrators/echo/@x", None),
        ("POST", "/orchestrators/echo/a%00b", None),
        ("POST", "/orchestrators/echo/" + "x" * 1025, None),
        ("POST", "/instances/w/raiseEvent/go", b"nonsense"),
        ("POST", "/instances/nobody/restart", None),
        ("GET", "/instances?top=-1", None),
        ("GET", "/instances?runtimeStatus=-1", None),
        ("GET", "/instances?taskHub=another", None),
        ("POST", "/entities/nobody/1?op=x", b"1"),
        ("POST", "/entities/a%40b/1?op=x", b"1"),
    ]:
        status, answer, _ = await api(method, path, body)
        assert status == 400, (method, path, answer)
        assert answer["Message"]
    assert (await api("POST", "/instances/w/raiseEvent/go", b"1", content_type="text/plain"))[0] == 400


async def test_a_second_start_is_409_and_a_purge_of_a_running_instance_412(api: Api):
    await api("POST", "/orchestrators/wait/w")

    assert (await api("POST", "/orchestrators/wait/w"))[0] == 409
    assert (await api("DELETE", "/instances/w"))[0] == 412


async def test_many_are_purged_in_slices_and_what_runs_is_kept(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(purge, "SLICE", 2)
    for number in range(7):
        await api("POST", f"/orchestrators/echo/e-{number}?timeout=30&pollingInterval=1")
    await api("POST", "/orchestrators/wait/e-3-waits")

    ended = "/instances?createdTimeFrom=2020-01-01T00:00:00Z&runtimeStatus=Completed,Running"
    assert (await api("DELETE", ended))[1] == {"instancesDeleted": 7}
    assert [row["instanceId"] for row in (await api("GET", "/instances"))[1]] == ["e-3-waits"]


@pytest.mark.parametrize("asked", ["", "&runtimeStatus=Running", "&runtimeStatus=Nonsense"])
async def test_a_purge_without_a_state_of_ended_instances_takes_what_runs_along(
    api: Api, asked: str, caplog: pytest.LogCaptureFixture
):
    await api("POST", "/orchestrators/wait/w")
    while (await api("GET", "/instances/w"))[1]["runtimeStatus"] != "Running":
        await asyncio.sleep(0.01)

    assert (await api("DELETE", f"/instances?createdTimeFrom=2020-01-01T00:00:00Z{asked}"))[1] == {
        "instancesDeleted": 1
    }

    assert (await api("POST", "/instances/w/raiseEvent/go", b"1"))[0] == 404
    assert "purged 1 instances that had not ended" in caplog.text
    await api("POST", "/orchestrators/wait/w")
    await api("POST", "/instances/w/raiseEvent/go", b"1")
    while (await api("GET", "/instances/w"))[0] == 202:
        await asyncio.sleep(0.01)
    assert (await api("GET", "/instances/w"))[1]["output"] == 1


@pytest.mark.parametrize(
    "instance_id", ["a b", "ü-ß", "100%", "a&b=c", "'; DROP TABLE instances; --", "{curly}", "x" * 256]
)
async def test_unusual_ids_are_found_again(api: Api, instance_id: str):
    path = quote(instance_id, safe="")
    status, urls, _ = await api("POST", f"/orchestrators/wait/{path}")
    assert (status, urls["id"]) == (202, instance_id)
    await api("POST", f"/instances/{path}/raiseEvent/go", b'"now"')
    async with asyncio.timeout(30):
        while (answer := await api("GET", f"/instances/{path}"))[0] == 202:
            await asyncio.sleep(0.01)

    assert (answer[1]["instanceId"], answer[1]["output"]) == (instance_id, "now")


async def test_entities_are_signalled_listed_and_deleted(api: Api):
    assert (await api("POST", "/entities/counter/a%20b?op=set", b"1"))[0] == 202
    assert (await api("POST", "/entities/counter/$?op=set"))[0] == 202
    assert (await api("POST", "/entities/counter/c?op=set", b"plain words", content_type="text/plain"))[0] == 202
    async with asyncio.timeout(30):
        while len(str((await api("GET", "/entities"))[1]).split("entityId")) < 4:
            await asyncio.sleep(0.01)
    _, listed, _ = await api("GET", "/entities/Counter?fetchState=true")

    assert {row["entityId"]["key"]: row["state"] for row in listed} == {
        "": {"of": ""},
        "a b": {"of": "a b"},
        "c": {"of": "c"},
    }
    assert (await api("DELETE", "/instances/@counter@c"))[:2] == (200, {"instancesDeleted": 1})
    assert (await api("GET", "/entities/counter/c"))[0] == 404
