"""Durable functions that tell which process they run in, for the tests of worker processes."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportArgumentType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingTypeStubs=false
# The durable SDK carries few annotations.

import asyncio
import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    instance = await client.start_new(req.route_params["name"], req.params.get("id"), json.loads(req.get_body()))
    return client.create_check_status_response(req, instance)


@app.route("process")
def process(req: func.HttpRequest) -> str:
    return str(os.getpid())


@app.orchestration_trigger(context_name="context")
def in_processes(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[int]]:
    """Activities side by side; gives the process of each."""
    return (yield context.task_all([context.call_activity("where", n) for n in range(context.get_input())]))


@app.activity_trigger(input_name="number")
def where(number: int) -> int:
    time.sleep(0.1)
    return os.getpid()


@app.orchestration_trigger(context_name="context")
def in_turns(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[Any]]:
    """Two activities that note that they began, wait for a file to be there, and note that they end."""
    waits = [context.call_activity("wait", [context.get_input(), number]) for number in range(2)]
    return (yield context.task_all(waits))


@app.activity_trigger(input_name="told")
def wait(told: list) -> int:  # pyright: ignore[reportMissingTypeArgument]
    folder, number = Path(told[0]), told[1]
    (folder / f"began-{number}-{os.getpid()}").touch()
    while not (folder / "go-on").exists():
        time.sleep(0.02)
    (folder / f"ended-{number}-{os.getpid()}").touch()
    return number


@app.orchestration_trigger(context_name="context")
def failing(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[str]]:
    """Failures side by side; gives the messages."""
    calls = [context.call_activity("fail", n) for n in range(context.get_input())]
    messages: list[str] = []
    for call in calls:
        try:
            yield call
        except Exception as error:  # noqa: BLE001 - an error of the SDK
            messages.append(str(error))
    return messages


@app.activity_trigger(input_name="number")
async def fail(number: int) -> None:
    await asyncio.sleep(0.1)
    raise ValueError("no stock")


@app.orchestration_trigger(context_name="context")
def counting(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    counter = df.EntityId("counter", "one")
    for _ in range(context.get_input()):
        yield context.call_entity(counter, "add", 1)
    return (yield context.call_entity(counter, "get"))


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    total = context.get_state(lambda: 0)
    if context.operation_name == "add":
        total += context.get_input()
        context.set_state(total)
    context.set_result(total)
