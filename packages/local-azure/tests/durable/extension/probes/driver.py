"""The probes: each asks an engine something and gives what it saw, evened out."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web

from local_azure.testing.web import serving
from tests.durable.extension.client import Answer, Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.app import FOREIGN

Probe = Callable[[Client], Awaitable[Any]]
PROBES: dict[str, Probe] = {}


def probe(function: Probe) -> Probe:
    """Register a probe under its name."""
    PROBES[function.__name__] = function
    return function


def seen(client: Client, answer: Answer) -> dict[str, Any]:
    """The parts of an answer that count: status, body, type, and the API's own headers."""
    text = json.dumps(answer.body).replace(client.address, "ADDRESS")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    shown = {
        "status": answer.status,
        "type": headers.get("content-type"),
        "body": even(_plain(json.loads(text))),
    }
    if "retry-after" in headers:
        shown["retry-after"] = headers["retry-after"]
    if "location" in headers:
        shown["location"] = headers["location"].replace(client.address, "ADDRESS").partition("?")[0]
    return shown


def _plain(value: Any) -> Any:
    """Without the stack of an error and the secrets of links."""
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        said = str(members.get("ExceptionMessage"))
        if "Path '" in said or "(char " in said:
            members = members | {"ExceptionMessage": "PARSER"}
        return {key: _plain(member) for key, member in members.items() if key != "StackTrace"}
    if isinstance(value, list):
        return [_plain(member) for member in cast(list[Any], value)]
    if isinstance(value, str) and value.startswith("ADDRESS"):
        path, _, query = value.partition("?")
        names = [part.partition("=")[0] for part in query.split("&") if part and not part.startswith("code=")]
        return f"{path}?{'&'.join(names)}"
    return value


def end_of(status: dict[str, Any]) -> list[Any]:
    """Status, output and custom status of an instance."""
    return even([status["runtimeStatus"], status["output"], status["customStatus"]])


async def ran(client: Client, name: str, value: Any = None, instance_id: str | None = None) -> list[Any]:
    """Run an orchestrator to its end and give status, output and custom status."""
    return end_of(await client.run(name, instance_id or f"{name}-{value}".lower(), value))


# --- values ---


@probe
async def values_of_every_kind(client: Client) -> Any:
    return await ran(client, "all_values")


async def _each_foreign(client: Client, name: str) -> Any:
    results: dict[str, Any] = {}
    for kind in FOREIGN:
        await client.start(name, f"{name}-{kind}", kind)
    for kind in FOREIGN:
        end = end_of(await client.ended(f"{name}-{kind}"))
        results[kind] = [end[0], end[1].partition(" \n ")[0] if isinstance(end[1], str) else end[1]]
    return results


@probe
async def foreign_keys_in_what_an_activity_returns(client: Client) -> Any:
    return await _each_foreign(client, "one_foreign")


@probe
async def foreign_keys_in_what_an_orchestrator_returns(client: Client) -> Any:
    return await _each_foreign(client, "foreign_output")


@probe
async def foreign_keys_in_what_a_child_returns(client: Client) -> Any:
    return await _each_foreign(client, "foreign_child")


@probe
async def foreign_keys_in_a_custom_status(client: Client) -> Any:
    return await ran(client, "foreign_status")


@probe
async def foreign_keys_in_inputs(client: Client) -> Any:
    answer = await client.start("foreign_input", "foreign_input", {"$id": "7", "$type": "x", "a": {"$ref": "7"}})
    assert answer.status == 202
    return end_of(await client.ended("foreign_input"))


@probe
async def foreign_keys_in_an_event(client: Client) -> Any:
    await client.start("echo_event", "foreign-event")
    await client.waiting("foreign-event")
    await client.ask("POST", "/instances/foreign-event/raiseEvent/go", '{"$id": "7", "$type": "x", "a": {"$ref": "7"}}')
    return end_of(await client.ended("foreign-event"))


@probe
async def input_as_an_object(client: Client) -> Any:
    answer = await client.ask("POST", "/orchestrators/echo_input/object-input", '{"a": 1}')
    assert answer.status == 202
    status = await client.ended("object-input")
    return [status["input"], end_of(status)]


# --- external events ---


@probe
async def two_early_events_of_one_name(client: Client) -> Any:
    await client.start("two_events", "early")
    await client.waiting("early")
    await client.raise_event("early", "item", "first")
    await client.raise_event("early", "item", "second")
    await asyncio.sleep(0 if client.engine == "local" else 2)
    await client.raise_event("early", "start", 1)
    return end_of(await client.ended("early"))


@probe
async def an_early_event_of_another_name(client: Client) -> Any:
    await client.start("two_names", "names")
    await client.waiting("names")
    await client.raise_event("names", "two", {"n": 2})
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.raise_event("names", "one", [1])
    return end_of(await client.ended("names"))


@probe
async def an_event_in_other_case(client: Client) -> Any:
    await client.start("echo_event", "case")
    await client.waiting("case")
    raised = await client.raise_event("case", "gO", 1)
    await asyncio.sleep(0.3 if client.engine == "local" else 3)
    between = (await client.status("case"))["runtimeStatus"]
    await client.raise_event("case", "go", 2)
    return [raised.status, between, end_of(await client.ended("case"))]


@probe
async def an_event_that_is_text(client: Client) -> Any:
    await client.start("echo_event", "text")
    await client.waiting("text")
    await client.raise_event("text", "go", '{"n": 1}')
    return end_of(await client.ended("text"))


@probe
async def events_awaited_one_by_one_over_generations(client: Client) -> Any:
    await client.start("collector", "collector", [])
    for n in range(3):
        await client.waiting("collector", f"waiting {n}")
        await client.raise_event("collector", "item", n)
    return end_of(await client.ended("collector"))


@probe
async def an_event_without_a_body(client: Client) -> Any:
    await client.start("echo_event", "no-body")
    await client.waiting("no-body")
    bare = await client.ask("POST", "/instances/no-body/raiseEvent/go")
    empty = await client.ask("POST", "/instances/no-body/raiseEvent/go", "")
    broken = await client.ask("POST", "/instances/no-body/raiseEvent/go", "{")
    text = await client.ask("POST", "/instances/no-body/raiseEvent/go", "x", content_type="text/plain")
    return [seen(client, each) for each in (bare, empty, broken, text)]


# --- custom status ---


@probe
async def the_largest_custom_status_and_one_more(client: Client) -> Any:
    fits, too_large = await ran(client, "large_status", 8191), await ran(client, "large_status", 8192)
    return [fits[0], fits[1], too_large, await ran(client, "large_status", 20_000)]


@probe
async def a_custom_status_that_is_set_to_none(client: Client) -> Any:
    await client.start("status_then_none", "none")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    before = await client.status("none")
    await client.raise_event("none", "go", 1)
    return [before["customStatus"], end_of(await client.ended("none"))]


@probe
async def a_custom_status_before_a_failure(client: Client) -> Any:
    return [await ran(client, "status_then_raise"), await ran(client, "status_at_once_then_raise")]


@probe
async def a_custom_status_of_the_generation_before(client: Client) -> Any:
    await client.start("status_kept", "kept", 0)
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    between = await client.status("kept")
    await client.raise_event("kept", "go", 1)
    return [between["runtimeStatus"], between["customStatus"], between["input"], end_of(await client.ended("kept"))]


# --- failures ---


@probe
async def an_output_that_is_not_json(client: Client) -> Any:
    return await ran(client, "output_not_json")


@probe
async def an_activity_whose_result_is_not_json(client: Client) -> Any:
    return await ran(client, "activity_not_json")


@probe
async def a_failing_child_as_its_parent_sees_it(client: Client) -> Any:
    return [await ran(client, "parent_of_bad", name) for name in ("bad_child", "raising_child")]


@probe
async def retries_until_none_is_left(client: Client) -> Any:
    return [await ran(client, "retries"), await ran(client, "child_retries")]


@probe
async def the_first_failure_of_many(client: Client) -> Any:
    return await ran(client, "failing_all")


@probe
async def code_that_was_changed_under_an_instance(client: Client) -> Any:
    names = ("changed_activity", "changed_to_fewer", "changed_to_child", "changed_from_timer")
    return {name: await ran(client, name) for name in names}


@probe
async def an_orchestrator_that_the_app_does_not_have(client: Client) -> Any:
    answer = await client.start("nobody", "nobody", 1)
    status = await client.ended("nobody")
    names = status["output"].partition("functions: ")
    return [answer.status, status["name"], names[0], "'" in names[2], status["input"], status["customStatus"]]


@probe
async def an_activity_started_as_an_orchestrator(client: Client) -> Any:
    answer = await client.start("echo", "an-activity", 1)
    status = await client.ended("an-activity")
    return [answer.status, status["runtimeStatus"], status["output"].partition("functions: ")[0]]


# --- sub-orchestrations, replay, timers ---


@probe
async def ids_of_children(client: Client) -> Any:
    return await ran(client, "three_children")


@probe
async def what_is_replaying(client: Client) -> Any:
    return await ran(client, "replaying")


@probe
async def a_timer_of_half_a_second(client: Client) -> Any:
    return await ran(client, "half_second")


@probe
async def a_cancelled_timer(client: Client) -> Any:
    status = await client.run("race", "race")
    full = await client.full_status("race")
    return [end_of(status), [event["EventType"] for event in full["historyEvents"]]]


@probe
async def generations_and_what_is_kept(client: Client) -> Any:
    await client.start("generations", "generations", 0)
    await client.ended("generations")
    return even(await client.full_status("generations"))


# --- the management API ---

_UNKNOWN = ("terminate", "suspend", "resume", "rewind", "raiseEvent/x", "restart")


@probe
async def commands_on_an_unknown_instance(client: Client) -> Any:
    answers = {"status": await client.ask("GET", "/instances/nobody-at-all")}
    answers["purge"] = await client.ask("DELETE", "/instances/nobody-at-all")
    for operation in _UNKNOWN:
        body = "1" if operation.startswith("raise") else None
        answers[operation] = await client.ask("POST", f"/instances/nobody-at-all/{operation}", body)
    return {name: seen(client, answer) for name, answer in answers.items()}


@probe
async def commands_on_a_finished_instance(client: Client) -> Any:
    await client.run("echo_input", "finished", 1)
    answers: dict[str, Answer] = {}
    for operation in _UNKNOWN:
        body = "1" if operation.startswith("raise") else None
        answers[operation] = await client.ask("POST", f"/instances/finished/{operation}?reason=why", body)
    return {name: seen(client, answer) for name, answer in answers.items() if name != "restart"} | {
        "restart": answers["restart"].status
    }


@probe
async def suspending_the_suspended_and_resuming_the_running(client: Client) -> Any:
    await client.start("echo_event", "lunch")
    await client.waiting("lunch")
    resumed = await client.ask("POST", "/instances/lunch/resume?reason=back")
    suspended = await client.ask("POST", "/instances/lunch/suspend?reason=lunch")
    during = await client.until("lunch", lambda status: status["runtimeStatus"] == "Suspended")
    again = await client.ask("POST", "/instances/lunch/suspend?reason=lunch")
    taken = await client.start("echo_event", "lunch")
    await client.raise_event("lunch", "go", 1)
    back = await client.ask("POST", "/instances/lunch/resume?reason=back")
    ended = await client.ended("lunch")
    answers = [seen(client, answer) for answer in (resumed, suspended, again, taken, back)]
    return [answers, [during["output"], during["customStatus"]], end_of(ended)]


@probe
async def an_event_while_suspended_and_its_history(client: Client) -> Any:
    await client.start("echo_event", "paused")
    await client.waiting("paused")
    await client.ask("POST", "/instances/paused/suspend?reason=lunch")
    await client.until("paused", lambda status: status["runtimeStatus"] == "Suspended")
    await client.raise_event("paused", "other", 1)
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.ask("POST", "/instances/paused/resume?reason=back")
    running = await client.until("paused", lambda status: status["runtimeStatus"] == "Running")
    await client.raise_event("paused", "go", 1)
    await client.ended("paused")
    full = await client.full_status("paused")
    return [running["output"], full["output"], even(full["historyEvents"])]


@probe
async def starts_that_are_odd(client: Client) -> Any:
    await client.start("echo_event", "taken")
    await client.waiting("taken")
    answers = {
        "taken": await client.start("echo_event", "taken"),
        "broken JSON": await client.ask("POST", "/orchestrators/echo_input/broken", "{"),
        "text": await client.ask("POST", "/orchestrators/echo_input/plain", '"x"', content_type="text/plain"),
        "slash": await client.start("echo_input", "a%2Fb"),
    }
    shown: dict[str, Any] = {name: seen(client, answer) for name, answer in answers.items()}
    shown["hash"] = (await client.start("echo_input", "a%23b")).status
    shown["long"] = (await client.start("echo_input", "x" * 257)).status
    return shown


@probe
async def an_id_that_begins_like_an_entity(client: Client) -> Any:
    return (await client.start("echo_input", "%40at")).status


@probe
async def another_task_hub(client: Client) -> Any:
    return (await client.ask("GET", "/instances?taskHub=another")).status


@probe
async def a_child_of_its_own_id(client: Client) -> Any:
    await client.start("child_of_its_own_id", "own")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    return (await client.status("own"))["runtimeStatus"]


@probe
async def foreign_keys_in_what_is_given_to_children_and_activities(client: Client) -> Any:
    given = [await _each_foreign(client, name) for name in ("foreign_child_input", "foreign_activity_input")]
    return [
        *given,
        await ran(client, "foreign_entity"),
        await ran(client, "foreign_generation", {"kind": "ref_alone"}, "given"),
    ]


@probe
async def three_events_for_three_waits(client: Client) -> Any:
    await client.start("two_waits", "waits")
    await client.waiting("waits")
    for n in range(3):
        await client.raise_event("waits", "item", n)
        await asyncio.sleep(0.1 if client.engine == "local" else 1.5)
    return end_of(await client.ended("waits"))


@probe
async def an_event_and_work(client: Client) -> Any:
    await client.start("event_and_work", "event-and-work")
    await client.waiting("event-and-work")
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.raise_event("event-and-work", "go", 5)
    await client.start("any_of_two_events", "any")
    await client.waiting("any")
    await client.raise_event("any", "b", 5)
    return [end_of(await client.ended("event-and-work")), end_of(await client.ended("any"))]


@probe
async def reasons_of_a_termination(client: Client) -> Any:
    ends: list[Any] = []
    for name, query in (("bare", ""), ("number", "?reason=12"), ("json", "?reason=%7B%22a%22%3A1%7D")):
        await client.start("echo_event", f"ends-{name}")
        await client.waiting(f"ends-{name}")
        await client.ask("POST", f"/instances/ends-{name}/terminate{query}")
        ends.append(end_of(await client.ended(f"ends-{name}")))
    return ends


@probe
async def an_instance_that_waits_for_a_child(client: Client) -> Any:
    await client.start("waiting_parent", "waiting-parent")
    await client.waiting("waiting-child")
    full = await client.full_status("waiting-parent")
    await client.raise_event("waiting-child", "go", 1)
    return [even(full), end_of(await client.ended("waiting-parent"))]


@probe
async def timers_of_the_past_and_timers_left_open(client: Client) -> Any:
    return [await ran(client, name) for name in ("past_timer", "losing_timer_left_open")]


@probe
async def names_of_functions_in_other_case(client: Client) -> Any:
    return [await ran(client, name) for name in ("names_in_other_case", "no_generator", "swallowed")]


@probe
async def a_fan_out_of_forty(client: Client) -> Any:
    return await ran(client, "fan", 40)


@probe
async def work_and_events_over_generations(client: Client) -> Any:
    await client.start("working_generations", "working", 0)
    for n in range(2):
        await client.waiting("working", f"at {n}")
        await asyncio.sleep(0.1 if client.engine == "local" else 2)
        await client.raise_event("working", "go", n)
    ended = end_of(await client.ended("working"))
    calls = [call["context"] for call in client.episodes() if call["context"].get("instanceId") == "working"]
    return [ended, [[[e["EventType"], e["IsPlayed"], e["EventId"]] for e in call["history"]] for call in calls]]


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


# --- entities ---


async def _entity(client: Client, key: str) -> dict[str, Any]:
    return seen(client, await client.ask("GET", f"/entities/counter/{key}"))


@probe
async def entities_called_and_signalled(client: Client) -> Any:
    return [await ran(client, "entities", "called"), await _entity(client, "called")]


@probe
async def an_entity_whose_operation_fails(client: Client) -> Any:
    return [await ran(client, "entity_fails", "fails"), await _entity(client, "fails")]


@probe
async def an_entity_that_ends(client: Client) -> Any:
    return [await ran(client, "entity_ends", "ends"), await _entity(client, "ends")]


@probe
async def entities_over_http(client: Client) -> Any:
    signalled = await client.ask("POST", "/entities/counter/http?op=add", '"3"')
    await client.ask("POST", "/entities/Counter/HTTP?op=add", '"4"')
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    unknown = await client.ask("POST", "/entities/nobody/k?op=add", "1")
    return {
        "signal": seen(client, signalled),
        "state": await _entity(client, "http"),
        "other key": await _entity(client, "HTTP"),
        "nobody": await _entity(client, "nobody-there"),
        "unknown name": _in_order(seen(client, unknown)),
        "unknown state": seen(client, await client.ask("GET", "/entities/nobody/k")),
    }


def _in_order(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose message lists the known functions, which come in the order of a hash table, in one order."""
    text, _, listed = answer["body"]["Message"].partition("entity functions: ")
    names = ", ".join(sorted(listed.removesuffix(".").split(", ")))
    return {**answer, "body": {"Message": f"{text}entity functions: {names}."}}


@probe
async def a_signal_with_a_bare_number(client: Client) -> Any:
    answer = await client.ask("POST", "/entities/counter/bare?op=add", "3")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    return [answer.status, await _entity(client, "bare")]


@probe
async def entities_in_lists(client: Client) -> Any:
    await ran(client, "entities", "listed")
    await ran(client, "entity_ends", "unlisted")
    rows = (await client.ask("GET", "/instances?instanceIdPrefix=@counter@listed")).body
    gone = (await client.ask("GET", "/instances?instanceIdPrefix=@counter@unlisted")).body
    status = await client.ask("GET", "/instances/@counter@listed")
    everything = (await client.ask("GET", "/entities/counter?fetchState=true")).body
    listed = sorted((row for row in everything if "listed" in row["entityId"]["key"]), key=str)
    bare = (await client.ask("GET", "/entities/counter")).body
    for row in (*rows, *gone):
        row["input"]["sorter"] = "SORTER"
    return [even(rows), even(gone), status.status, even(listed), even([row for row in bare if "listed" in str(row)])]


# --- HTTP ---


@probe
async def durable_http(client: Client) -> Any:
    async def echo(request: web.Request) -> web.Response:
        wanted = ("content-type", "user-agent", "accept", "accept-encoding")
        headers = {name: request.headers.get(name) for name in wanted}
        told = {"method": request.method, "body": await request.text(), "headers": headers}
        return web.json_response(told, headers={"X-One": "1", "X-List": "a, b"})

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPFound("/echo")

    async def pending(request: web.Request) -> web.Response:
        return web.Response(status=202, headers={"Location": "/echo", "Retry-After": "1"})

    served = web.Application()
    served.router.add_route("*", "/echo", echo)
    served.router.add_route("*", "/redirect", redirect)
    served.router.add_route("*", "/pending", pending)
    results: dict[str, Any] = {}
    async with serving(served) as address:
        asked = {
            "get": {"url": f"{address}/echo"},
            "dict": {"url": f"{address}/echo", "method": "POST", "content": {"a": 1}},
            "text": {"url": f"{address}/echo", "method": "PUT", "content": "x", "headers": {"X-Mine": "1"}},
            "json": {
                "url": f"{address}/echo",
                "method": "POST",
                "content": "1",
                "headers": {"Content-Type": "application/json"},
            },
            "redirect": {"url": f"{address}/redirect"},
            "redirected post": {"url": f"{address}/redirect", "method": "POST", "content": "x"},
            "pending": {"url": f"{address}/pending"},
            "missing": {"url": f"{address}/missing"},
            "nobody": {"url": "http://127.0.0.1:9/"},
            "no url": {"url": "not a url"},
        }
        for name, request in asked.items():
            status = await client.run("web", f"web-{name.replace(' ', '-')}", request)
            text = json.dumps(status["output"]).replace(address, "SERVER")
            output = even(json.loads(text))
            if isinstance(output, str):
                output = output.partition("\n   at ")[0].partition('"HttpRequestError"')[0]
            results[name] = [status["runtimeStatus"], output]
            if isinstance(results[name][1], dict):
                for header in ("Date", "Server"):
                    results[name][1]["headers"][header] = type(results[name][1]["headers"].get(header)).__name__
    return results
