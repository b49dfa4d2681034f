"""Values that JSON or the SDK hardly knows, failures of odd shapes, long names."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.app.probed.odd_values import ODD
from tests.durable.extension.probes.probing import end_of, probe, ran, seen, settled


async def _each(client: Client, name: str) -> dict[str, Any]:
    return {kind: await settled(client, name, f"{name}-{n}", kind) for n, kind in enumerate(ODD)}


@probe
async def odd_values_of_activities(client: Client) -> Any:
    return await _each(client, "odd_of_an_activity")


@probe
async def odd_values_to_activities(client: Client) -> Any:
    return await _each(client, "odd_to_an_activity")


@probe
async def odd_outputs(client: Client) -> Any:
    return await _each(client, "odd_output")


@probe
async def odd_custom_statuses(client: Client) -> Any:
    return await _each(client, "odd_status")


@probe
async def odd_inputs_of_generations(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for n, kind in enumerate(ODD):
        shown[kind] = await settled(client, "odd_generation", f"odd-generation-{n}", {"name": kind})
    return shown


_BODIES = (
    '"\\ud800"', '"\\"\\\\ud800\\""', "1e400", "-1e400", "1e-400", "12345678901234567890123", "0.1e1", "tRue",
    '{"a":1,"a":2}', '"\\u0000"', "null", '""', '"null"', "\ufeff1", " 1 ", "1.0", "1.10", "-0", '"\\u2028"', '"</a>"',
    '"2026-01-02T03:04:05Z"', '{"d":"2026-01-02T03:04:05.1234567Z"}', "[" * 64 + "]" * 64, "[" * 65 + "]" * 65,
    '"\\/"', "",
)  # fmt: skip
_DIALECT = (
    "'single'", "{a: 1}", "[1,]", "/* c */ 1", "01", "0x10", "NaN", "-Infinity", "undefined", "new Date(1)", "1 2",
    '{"a":1}{',
)  # fmt: skip


@probe
async def bodies_in_a_dialect_of_json(client: Client) -> Any:
    """Those that Newtonsoft.Json reads beyond the standard."""
    shown: dict[str, Any] = {}
    for n in range(len(_DIALECT)):
        await client.start("echo_event", f"dialect-{n}")
    for n, body in enumerate(_DIALECT):
        await client.waiting(f"dialect-{n}")
        raised = await client.ask("POST", f"/instances/dialect-{n}/raiseEvent/go", body)
        started = await client.ask("POST", f"/orchestrators/take_input/dialect-start-{n}", body)
        shown[body] = [raised.status, started.status]
        await client.ask("POST", f"/instances/dialect-{n}/terminate")
    return shown


@probe
async def inputs_as_they_are_sent(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for n, body in enumerate(_BODIES):
        answer = await client.ask("POST", f"/orchestrators/take_input/sent-{n}", body)
        if answer.status != 202:
            shown[body] = [answer.status]
            continue
        asked = await client.ask("GET", f"/instances/sent-{n}")
        if '"runtimeStatus"' not in asked.text:
            shown[body] = ["status", asked.status, asked.body]
            continue
        ended = await settled(client, None, f"sent-{n}", None)
        status = await client.status(f"sent-{n}")
        shown[body] = [*ended, status.get("input")]
    return even(shown)


@probe
async def events_as_they_are_sent(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for n in range(len(_BODIES)):
        await client.start("echo_event", f"event-sent-{n}")
    for n, body in enumerate(_BODIES):
        await client.waiting(f"event-sent-{n}")
        answer = await client.ask("POST", f"/instances/event-sent-{n}/raiseEvent/go", body)
        if answer.status != 202:
            shown[body] = [answer.status]
            await client.ask("POST", f"/instances/event-sent-{n}/terminate")
            continue
        shown[body] = await settled(client, None, f"event-sent-{n}", None)
    return even(shown)


_KINDS = (
    "cause", "context", "empty", "unicode", "lines", "json", "own", "group", "noted", "stop", "quotes", "long",
)  # fmt: skip


@probe
async def failures_of_odd_shapes(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for kind in _KINDS:
        ended = await settled(client, "odd_failure", f"odd-failure-{kind}", kind)
        full = await client.full_status(f"odd-failure-{kind}")
        failed = [event for event in full["historyEvents"] if event["EventType"] == "TaskFailed"]
        caught = await settled(client, "odd_failure_caught", f"odd-caught-{kind}", kind)
        shown[kind] = [_short(ended[:2]), [_short([each["Reason"]]) for each in failed], caught]
    return shown


def _short(values: list[Any]) -> list[Any]:
    return [
        [len(text), text[:400], text[-100:]] if isinstance(text, str) and len(text) > 1_500 else text for text in values
    ]


@probe
async def failures_of_orchestrators_of_odd_shapes(client: Client) -> Any:
    kinds = ("cause", "empty", "lines", "own", "stop", "unicode")
    return {kind: await settled(client, "own_odd_failure", f"own-odd-{kind}", kind) for kind in kinds}


@probe
async def what_is_yielded_that_is_no_task(client: Client) -> Any:
    values: tuple[Any, ...] = (None, 1, "text", [1], {"a": 1})
    return [
        await settled(client, "yields_no_task", f"no-task-{n}", value, hangs=value is None)
        for n, value in enumerate(values)
    ]


@probe
async def statuses_one_after_another(client: Client) -> Any:
    await client.start("many_statuses", "statuses")
    await client.waiting("statuses")
    await client.raise_event("statuses", "go", 1)
    return end_of(await client.ended("statuses"))


@probe
async def the_context_of_an_orchestrator(client: Client) -> Any:
    return [await ran(client, "its_context", None, "ctx-none"), await ran(client, "its_context", {"a": 1}, "ctx-some")]


@probe
async def activities_without_an_input(client: Client) -> Any:
    return await ran(client, "activities_without_input", None, "no-input")


@probe
async def long_names(client: Client) -> Any:
    await client.start("named_event", "long-event")
    await client.waiting("long-event")
    raised = [await client.ask("POST", f"/instances/long-event/raiseEvent/{'n' * size}", "1") for size in (300, 5_000)]
    await client.raise_event("long-event", "go", 1)
    ended = end_of(await client.ended("long-event"))
    full = await client.full_status("long-event")
    names = [len(event["Name"]) for event in full["historyEvents"] if event["EventType"] == "EventRaised"]
    orchestrator = await client.start("o" * 300, "long-orchestrator", 1)
    unknown = await settled(client, None, "long-orchestrator", None)
    entity = await client.ask("POST", f"/entities/shelf/{'k' * 300}?op=put", '"1"')
    await client.until_entity(f"/entities/shelf/{'k' * 300}")
    state = await client.ask("GET", f"/entities/shelf/{'k' * 300}")
    return [
        [each.status for each in raised], ended, names, orchestrator.status, str(unknown[:2]).partition(": '")[0],
        entity.status, [state.status, state.body],
    ]  # fmt: skip


@probe
async def events_that_come_before_the_start(client: Client) -> Any:
    early = await client.raise_event("not-yet", "go", 1)
    started = await client.start("echo_event", "not-yet")
    at_once = await client.raise_event("not-yet", "go", 2)
    ended = end_of(await client.ended("not-yet"))
    await asyncio.sleep(0)
    late = await client.raise_event("not-yet", "go", 3)
    return [seen(client, early), started.status, at_once.status, ended, seen(client, late)]


@probe
async def two_hundred_thousand_letters(client: Client) -> Any:
    await client.start("echo_input", "letters", "ü" * 200_000)
    status = await client.ended("letters")
    return [len(status["input"]), len(status["output"]["input"]), status["output"]["input"] == status["input"]]
