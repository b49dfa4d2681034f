"""The reasons of commands as an instance's output: JSON, texts that begin like it, and other texts."""

from typing import Any
from urllib.parse import quote

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe

_REASONS = (
    *(
        "",
        "  why  ",
        "\u00a0why\u2003",
        "\u001fwhy",
        "\n",
        "3 of 5 failed",
        "null pointer",
        "true story",
        "false alarm",
    ),
    *(
        "9 Uhr",
        "-5 days",
        "12. Mai",
        "12:30",
        "2026-01-01 night",
        "1st",
        "5% done",
        "3/5",
        "0777",
        "0815",
        "0x10",
        "007",
    ),
    *("5; then", "5, then", "true;", "true,", "nullable", "1.2.3", "1-2", "-", ".5", "5.", "+5", "1e5 x", "NaN value"),
    *("Infinity war", "'a' b", "'tis", '"a" b', '"a', "[1] x", "[x] y", "{oops}", '{"a":1} x', "{", "null", "[1]"),
)


@probe
async def reasons_as_output(client: Client) -> Any:
    await client.start("echo_event", "reasons")
    await client.waiting("reasons")
    outputs: dict[str, Any] = {}
    for reason in _REASONS:
        await client.ask("POST", f"/instances/reasons/suspend?reason={quote(reason, safe='')}")
        suspended = await client.until("reasons", lambda status: status["runtimeStatus"] == "Suspended")
        outputs[reason] = suspended["output"]
        await client.ask("POST", "/instances/reasons/resume")
        await client.until("reasons", lambda status: status["runtimeStatus"] == "Running")
    return outputs


@probe
async def terminations_with_a_reason_and_without(client: Client) -> Any:
    ends: list[Any] = []
    for number, query in enumerate(("", "?reason=", "?reason=%20x%20", "?reason=a&Reason=b")):
        instance_id = f"cut-{number}"
        await client.start("echo_event", instance_id)
        await client.waiting(instance_id)
        await client.ask("POST", f"/instances/{instance_id}/terminate{query}")
        end = end_of(await client.ended(instance_id))
        history = (await client.full_status(instance_id))["historyEvents"]
        ends.append([end, even(history[1]), even(history[2])])
    return ends


@probe
async def a_terminated_child_as_its_parent_sees_it(client: Client) -> Any:
    seen: dict[str, Any] = {}
    queries = ("", "?reason=", "?reason=%20x%20", "?reason=%7B%22a%22%3A1%7D", "?reason=null", "?reason=%22q%22")
    for number, query in enumerate(queries):
        parent = f"bereft-{number}"
        await client.start("tells_of_its_child", parent)
        await client.waiting(f"{parent}-child")
        await client.ask("POST", f"/instances/{parent}-child/terminate{query}")
        end = end_of(await client.ended(parent))
        history = (await client.full_status(parent))["historyEvents"]
        seen[query] = [end, [[event.get("Reason"), event.get("Details")] for event in history]]
    return seen


@probe
async def failures_with_blanks_around_their_texts(client: Client) -> Any:
    texts = (" x ", " \n ", '"q"', "3 of 5", "")
    return {
        text: [
            end_of(await client.run("raises_its_input", f"blank-{number}", text)),
            end_of(await client.run("parent_of_raised_input", f"blank-parent-{number}", text)),
        ]
        for number, text in enumerate(texts)
    }
