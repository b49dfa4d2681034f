"""Bodies of requests: their charset, and what is looked at first."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import probe, seen

_JSON = "application/json"
_BODIES = {
    "utf-16": ('"ü€"'.encode("utf-16-le"), f"{_JSON}; charset=utf-16"),
    "utf-16 with its mark": ('"ü€"'.encode("utf-16"), f"{_JSON}; charset=utf-16"),
    "utf-16BE": ('"ü€"'.encode("utf-16-be"), f"{_JSON}; charset=utf-16BE"),
    "latin": ('"ü"'.encode("latin-1"), f"{_JSON}; charset=iso-8859-1"),
    "ascii": ('"ü"'.encode(), f"{_JSON}; charset=us-ascii"),
    "quoted": ('"ü"'.encode(), f'{_JSON}; charset="utf-8"'),
    "a mark alone": ('"ü€"'.encode("utf-16"), _JSON),
    "a mark of 32 bits alone": ('"ü€"'.encode("utf-32"), _JSON),
    "not UTF-8": (b'"\xff"', _JSON),
    "cut off": (b'"\xe2\x82"', _JSON),
    "half a letter": (b'"\xed\xa0\xbd"', _JSON),
    "line ends": ('"\u2028\u2029\x85"'.encode(), _JSON),
}


@probe
async def bodies_in_charsets(client: Client) -> Any:
    seen_of: dict[str, Any] = {}
    for number, (name, (body, content_type)) in enumerate(_BODIES.items()):
        instance_id = f"charset-{number}"
        started = await client.ask("POST", f"/orchestrators/echo_event/{instance_id}", body, content_type=content_type)
        waiting = await client.waiting(instance_id)
        raised = await client.ask("POST", f"/instances/{instance_id}/raiseEvent/go", body, content_type=content_type)
        ended = await client.ended(instance_id)
        events = (await client.full_status(instance_id))["historyEvents"]
        seen_of[name] = [started.status, waiting["input"], raised.status, ended["output"], events[1]["Input"]]
    return seen_of


@probe
async def a_body_in_an_unknown_charset(client: Client) -> Any:
    answer = await client.ask("POST", "/orchestrators/echo_input/bogus", "1", content_type=f"{_JSON}; charset=bogus")
    return answer.status


@probe
async def events_that_cannot_be_raised(client: Client) -> Any:
    await client.run("echo_input", "raised-ended", 1)
    bodies = {"none": (None, _JSON), "empty": ("", _JSON), "broken": ("{", _JSON), "text": ("1", "text/plain")}
    return {
        f"{instance_id} {name}": seen(
            client,
            await client.ask("POST", f"/instances/{instance_id}/raiseEvent/x", body, content_type=content_type),
        )
        for instance_id in ("raised-nobody", "raised-ended")
        for name, (body, content_type) in bodies.items()
    }


@probe
async def signals_without_a_key_or_a_name(client: Client) -> Any:
    asked = (("POST", "/entities?op=add"), ("DELETE", "/entities"), ("POST", "/entities/counter?op=get"))
    return {f"{method} {path}": seen(client, await client.ask(method, path)) for method, path in asked}


@probe
async def a_wait_that_is_shorter_than_its_step(client: Client) -> Any:
    answers: dict[str, Any] = {}
    for asked in ("timeout=0&pollingInterval=1", "timeout=-1&pollingInterval=0.25", "timeout=1e1&pollingInterval=2e1"):
        answers[asked] = seen(client, await client.ask("POST", f"/orchestrators/echo_input/short?{asked}", "1"))
        await client.ended("short")
    answers["a number of Python's"] = (
        await client.ask("POST", "/orchestrators/echo_input/short?timeout=1_0&pollingInterval=20", "1")
    ).status
    await client.ended("short")
    restarted = await client.ask(
        "POST", "/instances/short/restart?restartWithNewInstanceId=false&timeout=1&pollingInterval=2"
    )
    return [answers, seen(client, restarted)]


@probe
async def waits_that_are_no_times(client: Client) -> Any:
    answers: dict[str, Any] = {}
    for number, said in enumerate(("NaN", "nan", "-1", "1,5", "4294967", "1e8", "1e10", "0.25e1", "1 5", "x")):
        path = f"/orchestrators/echo_event/no-time-{number}?timeout=1&pollingInterval={said.replace(' ', '%20')}"
        answer = await client.ask("POST", path, "1")
        answers[said] = [answer.status, answer.body.get("Message")]
    return answers
