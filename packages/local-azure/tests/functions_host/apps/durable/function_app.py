"""Durable functions of every kind, for the host's tests."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportArgumentType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingTypeStubs=false
# The durable SDK carries few annotations.

import json
import time
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    instance = await client.start_new(
        req.route_params["name"], req.params.get("id"), json.loads(body) if body else None
    )
    return client.create_check_status_response(req, instance)


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    results = yield context.task_all([context.call_activity("double", n) for n in range(context.get_input())])
    return sum(results)


@app.orchestration_trigger(context_name="context", orchestration="Renamed")
def step_by_step(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[str]]:
    steps: list[str] = []
    for number in range(context.get_input()):
        steps.append((yield context.call_activity("slow_step", number)))
    return steps


@app.orchestration_trigger(context_name="context")
def failing(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
    yield context.call_activity("fail", "no stock")


@app.orchestration_trigger(context_name="context")
def counting(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    counter = df.EntityId("counter", "one")
    yield context.call_entity(counter, "add", 5)
    yield context.call_entity(counter, "add", 7)
    return (yield context.call_entity(counter, "get"))


@app.activity_trigger(input_name="number")
def double(number: int) -> int:
    return 2 * number


@app.activity_trigger(input_name="number")
def slow_step(number: int) -> str:
    time.sleep(0.1)
    return f"step {number}"


@app.activity_trigger(input_name="reason")
async def fail(reason: str) -> None:
    raise ValueError(reason)


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    total = context.get_state(lambda: 0)
    if context.operation_name == "add":
        context.set_state(total + context.get_input())
    context.set_result(context.get_state(lambda: 0))
