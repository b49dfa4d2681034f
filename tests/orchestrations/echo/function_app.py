"""An app that hands each value to an activity and gives back what comes of it."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def echo_all(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[Any]]:
    """Each value of the input, through an activity."""
    values: list[Any] = context.get_input()
    return (yield context.task_all([context.call_activity("echo", value) for value in values]))


@app.activity_trigger(input_name="value")
def echo(value: Any) -> Any:
    """The value."""
    return value
