"""The management API: links, statuses, lists, restarts and purges."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, seen


@probe
async def links_of_a_start(client: Client) -> Any:
    answer = await client.start("echo_input", "with%20space", 1)
    return seen(client, answer)


@probe
async def a_start_that_waits(client: Client) -> Any:
    done = await client.ask("POST", "/orchestrators/echo_input/waited?timeout=30&pollingInterval=1", '"1"')
    failed = await client.ask("POST", "/orchestrators/status_at_once_then_raise/waited2?timeout=30&pollingInterval=1")
    return [seen(client, done), seen(client, failed)]


@probe
async def statuses_with_switches(client: Client) -> Any:
    await client.run("child", "switches", 5)
    await client.run("status_at_once_then_raise", "switches-failed")
    paths = (
        "switches", "switches?showInput=false", "switches?showHistory=true", "switches?showInput=maybe",
        "switches?showHistory=true&showHistoryOutput=true", "switches-failed?returnInternalServerErrorOnFailure=true",
    )  # fmt: skip
    return {path: seen(client, await client.ask("GET", f"/instances/{path}")) for path in paths}


@probe
async def a_running_instance(client: Client) -> Any:
    await client.start("echo_event", "runs", 3)
    await client.waiting("runs")
    answer = await client.ask("GET", "/instances/runs?showHistory=true")
    purged = await client.ask("DELETE", "/instances/runs")
    rewound = await client.ask("POST", "/instances/runs/rewind?reason=x")
    restarted = await client.ask("POST", "/instances/runs/restart?restartWithNewInstanceId=false")
    terminated = await client.ask("POST", "/instances/runs/terminate?reason=enough%20now")
    ended = await client.ended("runs")
    return [[seen(client, each) for each in (answer, purged, rewound, restarted, terminated)], end_of(ended)]


@probe
async def a_restart_on_its_own_id(client: Client) -> Any:
    await client.run("echo_input", "restarted", {"a": 1})
    answer = await client.ask("POST", "/instances/restarted/restart?restartWithNewInstanceId=false")
    return [seen(client, answer), end_of(await client.ended("restarted"))]


@probe
async def a_rewind(client: Client) -> Any:
    await client.run("status_then_raise", "rewound")
    answer = await client.ask("POST", "/instances/rewound/rewind?reason=again")
    return seen(client, answer)


@probe
async def lists_with_odd_filters(client: Client) -> Any:
    for n in range(3):
        await client.run("echo_input", f"list-{n}", n)
    queries = (
        "", "&runtimeStatus=Completed", "&runtimeStatus=completed", "&runtimeStatus=Nonsense", "&runtimeStatus=Running",
        "&runtimeStatus=Running,Completed", "&createdTimeFrom=soon", "&createdTimeFrom=2001-01-01T00:00:00Z",
        "&createdTimeTo=2001-01-01T00:00:00Z", "&top=2", "&top=abc", "&showInput=false",
    )  # fmt: skip
    shown: dict[str, Any] = {}
    for query in queries:
        answer = await client.ask("GET", f"/instances?instanceIdPrefix=list-{query}")
        rows = [[row["instanceId"], row["input"]] for row in answer.body]
        token = answer.headers.get("x-ms-continuation-token")
        shown[query] = [answer.status, rows, token if not token else token[-1:] == " "]
    first = await client.ask("GET", "/instances?instanceIdPrefix=list-0")
    return [shown, even(first.body), "," in first.text and ", " not in first.text]


@probe
async def pages_of_odd_sizes(client: Client) -> Any:
    for n in range(3):
        await client.run("echo_input", f"page-{n}", n)
    shown: dict[str, Any] = {}
    for top in ("0", "2", "3", "4"):
        answer = await client.ask("GET", f"/instances?instanceIdPrefix=page-&top={top}")
        token = answer.headers.get("x-ms-continuation-token")
        shown[top] = [answer.status, [row["instanceId"] for row in answer.body], token if not token else "token"]
    first = await client.ask("GET", "/instances?instanceIdPrefix=page-&top=2")
    token = first.headers["x-ms-continuation-token"]
    more = await client.ask(
        "GET", "/instances?instanceIdPrefix=page-&top=2", headers={"x-ms-continuation-token": token}
    )
    shown["more"] = [[row["instanceId"] for row in more.body], more.headers.get("x-ms-continuation-token")]
    rubbish = await client.ask("GET", "/instances?instanceIdPrefix=page-", headers={"x-ms-continuation-token": "x"})
    shown["rubbish"] = [rubbish.status, len(rubbish.body)]
    return shown


@probe
async def a_status_that_is_a_negative_number(client: Client) -> Any:
    return (await client.ask("GET", "/instances?runtimeStatus=-1")).status


@probe
async def a_negative_page(client: Client) -> Any:
    return (await client.ask("GET", "/instances?top=-1")).status


@probe
async def routes_in_other_case_and_none(client: Client) -> Any:
    await client.run("echo_input", "routes", 1)
    other = await client.ask("GET", "/Instances/routes")
    paths = ("/nothing", "/instances/routes/nothing", "/", "/orchestrators")
    return [other.status, {path: seen(client, await client.ask("GET", path)) for path in paths}]


@probe
async def purges(client: Client) -> Any:
    await client.run("echo_input", "purged", 1)
    gone = await client.ask("DELETE", "/instances/purged")
    after = await client.ask("GET", "/instances/purged")
    queries = (
        "?createdTimeFrom=2100-01-01T00:00:00Z", "", "?createdTimeFrom=soon",
        "?createdTimeFrom=2001-01-01T00:00:00Z&createdTimeTo=2002-01-01T00:00:00Z",
    )  # fmt: skip
    by_filter = {query: seen(client, await client.ask("DELETE", f"/instances{query}")) for query in queries}
    return [seen(client, gone), after.status, by_filter]


@probe
async def a_purge_by_filter_that_finds(client: Client) -> Any:
    for n in range(2):
        await client.run("echo_input", f"many-{n}", n)
    answer = await client.ask("DELETE", "/instances?createdTimeFrom=2001-01-01T00:00:00Z&instanceIdPrefix=many-")
    return [answer.status, answer.body["instancesDeleted"] >= 2]
