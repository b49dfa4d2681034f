"""Lists and purges by what they ask for."""

from typing import Any
from urllib.parse import quote

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import probe, seen


async def _three(client: Client, prefix: str) -> None:
    await client.run("echo_input", f"{prefix}-done", 1)
    await client.run("status_at_once_then_raise", f"{prefix}-failed")
    await client.start("echo_event", f"{prefix}-cut")
    await client.waiting(f"{prefix}-cut")
    await client.ask("POST", f"/instances/{prefix}-cut/terminate?reason=x")
    await client.ended(f"{prefix}-cut")
    await client.start("echo_event", f"{prefix}-runs")
    await client.waiting(f"{prefix}-runs")


_ODD_QUERIES = (
    *("createdTimeTo=2000-1-1", "createdTimeTo=2000-01", "createdTimeTo=01/02/2000", "createdTimeTo=%202000-01-01%20"),
    *(
        "createdTimeTo=2000-01-01%2000:00",
        "createdTimeTo=2000-01-01T00",
        "createdTimeTo=20000101",
        "createdTimeTo=2000",
    ),
    *("createdTimeTo=2000-W01-1", "createdTimeTo=2000-01-01T00:00:00.123456789Z", "createdTimeTo=2000-13-01"),
    *("createdTimeFrom=2000-01-01&createdTimeFrom=2000-01-01", "createdTimeTo=2000-01-01&createdTimeTo=2000-01-01"),
    *("runtimeStatus=Running&runtimeStatus=Completed", "instanceIdPrefix=oddly", "top=0&top=0", "top=0"),
)


@probe
async def lists_by_state_and_time(client: Client) -> Any:
    await _three(client, "by")
    created = (await client.status("by-failed"))["createdTime"]
    queries = (
        "&runtimeStatus=Failed", "&runtimeStatus=Failed&runtimeStatus=Terminated", "&runtimeStatus=Failed,Terminated",
        "&runtimeStatus=Failed,%20Terminated", "&runtimeStatus=Running", "&runtimeStatus=Pending", "&runtimeStatus=",
        "&runtimeStatus=5", "&runtimeStatus=Completed,Nonsense", "&runtimeStatus=Canceled", "&RUNTIMESTATUS=Failed",
        "&runtimeStatus=99", "&runtimeStatus=%205%20", "&TOP=1",
        "&createdTimeTo=2100-01-01", "&createdTimeFrom=2001-01-01T00:00:00%2B02:00",
        "&createdTimeFrom=2001-01-01%2000:00",
        "&createdTimeFrom=01/02/2001", "&lastUpdatedTimeFrom=2100-01-01T00:00:00Z",
        "&createdTimeFrom=2100-01-01T00:00:00Z&createdTimeTo=2001-01-01T00:00:00Z",
    )  # fmt: skip
    shown: dict[str, Any] = {}
    for query in queries:
        answer = await client.ask("GET", f"/instances?instanceIdPrefix=by-{query}")
        shown[query] = [answer.status, [row["instanceId"] for row in answer.body]]
    at = await client.ask("GET", f"/instances?instanceIdPrefix=by-&createdTimeFrom={created}&createdTimeTo={created}")
    other = await client.ask("GET", "/instances?instanceIdPrefix=BY-")
    odd = await client.ask("GET", "/instances?instanceIdPrefix=by-%27")
    return [shown, "by-failed" in str(at.body), len(other.body), [odd.status, odd.body]]


@probe
async def purges_by_state_and_time(client: Client) -> Any:
    """Only states of ended instances narrow it: others are left out, and with none left all are purged."""
    start = "/instances?createdTimeFrom="
    left: dict[str, Any] = {}
    queries = (
        "&runtimeStatus=Failed", "&runtimeStatus=Terminated,Pending", "", "&runtimeStatus=Nonsense",
        "&runtimeStatus=Running", "&runtimeStatus=Pending,Suspended",
    )  # fmt: skip
    for number, query in enumerate(queries):
        await _three(client, f"gone-{number}")
        created = (await client.status(f"gone-{number}-done"))["createdTime"]
        await client.ask("POST", f"/entities/shelf/gone-{number}?op=put", '"1"')
        await client.until_entity(f"/entities/shelf/gone-{number}")
        answer = await client.ask("DELETE", f"{start}{created}{query}")
        rows = (await client.ask("GET", f"/instances?instanceIdPrefix=gone-{number}")).body
        entity = await client.ask("GET", f"/entities/shelf/gone-{number}")
        left[query] = [answer.status, [row["instanceId"] for row in rows], entity.status]
    early = await client.ask("DELETE", start + "2001-01-01T00:00:00Z&createdTimeTo=2001-01-02T00:00:00Z")
    return [left, early.status]


@probe
async def pages_by_state(client: Client) -> Any:
    for n in range(5):
        await client.run("echo_input" if n % 2 else "status_at_once_then_raise", f"leaf-{n}")
    pages: list[Any] = []
    token = None
    while True:
        answer = await client.ask(
            "GET", "/instances?instanceIdPrefix=leaf-&runtimeStatus=Failed&top=2",
            headers={"x-ms-continuation-token": token} if token else None,
        )  # fmt: skip
        pages.append([row["instanceId"] for row in answer.body])
        token = answer.headers.get("x-ms-continuation-token")
        if not token or len(pages) > 6:
            return [name for page in pages for name in page]


_SAID_TIMES = (
    *("Nov 30 2000", "November 30 2000", "30 Nov 2000", "Nov 30, 2000", "30-Nov-00", "2000-Nov-30", "2000 Nov 30"),
    *("Nov 2000", "November, 2000", "2000 November", "Nov", "NOV 30 2000", "Nov. 30 2000", "30.Nov.2000", "30Nov2000"),
    *(
        "Nov302000",
        "Sept 3 2000",
        "31 Nov 2000",
        "0 Nov 2000",
        "Feb 29 2001",
        "30th Nov 2000",
        "Nov 30 49",
        "Nov 30 50",
    ),
    *("Thu, 30 Nov 2000 10:00:00 GMT", "Fri, 30 Nov 2000 10:00:00 GMT", "Thu Nov 30 10:00:00 2000", "Thu 2000-11-30"),
    *("30 Nov 2000 10:00:00 UTC", "30 Nov 2000 10:00:00 +0000", "30 Nov 2000 10:00 +02:00", "30 Nov 2000T10:00:00Z"),
    *("11/30/2000 10:00:00 PM", "2000-11-30 10 PM", "2000-11-30 0:00 PM", "2000-11-30 13:00 AM", "2000-11-30 10:00 a"),
    *(
        "2000/11/30",
        "2000.11.30",
        "30.11.2000",
        "30/11/2000",
        "11/30/00",
        "11-30-2000",
        "11/2000",
        "2000/11",
        "1 2 2000",
    ),
    *("2000-11-30 GMT", "2000-11-30T10:00:00 GMT", "2000-11-30 10:00:00 GMT", "2000-11-30t10:00:00z", "2000--11-30"),
    *("2000-11-30T10:00:00+02", "2000-11-30T10:00:00+5:00", "2000-11-30T10:00:00+15:00", "2000-11-30T10:00:00,5"),
    *("2000-11-30T1:00", "2000-11-30T10", "2000-11-30T24:00:00", "2000-11-30T10:00:60", "2000-11-30 1:2:3"),
    *("2000-11-30T10:00 PM", "01/02/2000T10:00:00", "10:00 30 Nov 2000", "10 AM 30 Nov 2000", "2000-11-30, 10:00"),
    *("2000-11-30 10:00:00 GMT+1", "2000-11-30 noon", "0001-01-01", "9999-12-31T23:59:59Z", "1-1-1", "999-1-1"),
)


@probe
async def times_in_the_ways_of_dotnet(client: Client) -> Any:
    """A time that is read leaves the instance out as one bound or the other; any other text is ignored."""
    await client.run("echo_input", "said-times", 1)
    counts: dict[str, list[int]] = {}
    for said in _SAID_TIMES:
        asked = [
            f"/instances?instanceIdPrefix=said-times&{name}={quote(said, safe='')}"
            for name in ("createdTimeFrom", "createdTimeTo")
        ]
        counts[said] = [len((await client.ask("GET", each)).body) for each in asked]
    return counts


_SAID_STATUSES = (
    *("Running", "running", "RUNNING", "Completed,running", "completed,Running", "completed,running", "Completed%20"),
    *(
        "%20Running",
        "Completed,%20Running",
        "Nonsense,Running",
        "Running,Nonsense",
        "Running,99",
        "0",
        "+0",
        "00",
        "0,1",
    ),
    *(
        "Completed|Running",
        "Completed;Running",
        "Completed%2CRunning",
        "Running,",
        ",",
        "%20",
        "0x0",
        "1.0",
        "-0",
        "1e0",
    ),
    *("Completed&runtimeStatus=running", "Completed&runtimeStatus=Running", "running&runtimeStatus=Running"),
)


@probe
async def statuses_as_they_are_said(client: Client) -> Any:
    """Lists and purges by the same filter."""
    listed: dict[str, Any] = {}
    await client.run("echo_input", "worded-0", 1)
    await client.start("echo_event", "worded-1")
    await client.waiting("worded-1")
    await client.run("status_at_once_then_raise", "worded-2")
    for said in _SAID_STATUSES:
        answer = await client.ask("GET", f"/instances?instanceIdPrefix=worded-&runtimeStatus={said}")
        listed[said] = [row["runtimeStatus"] for row in answer.body] if answer.status == 200 else answer.status
    purged: dict[str, Any] = {}
    for number, said in enumerate(("failed", "Completed,failed", "FAILED,terminated")):
        name = f"swept-{number}"
        await client.run("echo_input", f"{name}-a", 1)
        await client.run("status_at_once_then_raise", f"{name}-b")
        created = (await client.status(f"{name}-a"))["createdTime"]
        answer = await client.ask("DELETE", f"/instances?createdTimeFrom={created}&runtimeStatus={said}")
        left = (await client.ask("GET", f"/instances?instanceIdPrefix={name}")).body
        purged[said] = [answer.status, [row["instanceId"] for row in left]]
    return [listed, purged]


@probe
async def the_least_time(client: Client) -> Any:
    """It is a time, and no upper bound."""
    await client.ask("POST", "/entities/shelf/least?op=put", '"1"')
    await client.until_entity("/entities/shelf/least")
    purged = await client.ask("DELETE", "/instances?createdTimeFrom=0001-01-01&createdTimeTo=1990-01-01")
    counts: dict[str, int] = {}
    for query in ("From=0001-01-01", "To=0001-01-01", "To=0001-01-02"):
        listed = (await client.ask("GET", f"/entities/shelf?lastOperationTime{query}")).body
        counts[query] = sum(row["entityId"]["key"] == "least" for row in listed)
    return [purged.status, counts]


@probe
async def times_and_names_that_are_said_oddly(client: Client) -> Any:
    await client.run("echo_input", "oddly", 1)
    counts: dict[str, Any] = {}
    for query in _ODD_QUERIES:
        answer = await client.ask("GET", f"/instances?instanceIdPrefix=oddly&{query}")
        counts[query] = len(answer.body)
    status = await client.ask(
        "GET", "/instances/oddly?showInput=false&showInput=false&showHistory=true&SHOWHISTORY=true"
    )
    return [counts, status.body["input"], "historyEvents" in status.body]


@probe
async def statuses_that_are_unknown(client: Client) -> Any:
    """The extension has a name for them that its storage has not; a purge ignores it."""
    shown: dict[str, Any] = {}
    for said in ("Unknown", "-1", "Failed,Unknown", "unknown", "-2"):
        path = f"/instances?instanceIdPrefix=unseen&createdTimeFrom=2100-01-01&runtimeStatus={said}"
        shown[said] = [seen(client, await client.ask(method, path)) for method in ("GET", "DELETE")]
    return shown
