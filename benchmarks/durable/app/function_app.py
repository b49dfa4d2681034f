"""The work as an app: a fan-out and a chain over an activity that doubles a number."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def fan_out(context: Any) -> Generator[Any, Any, int]:
    """All activities at once."""
    doubled = yield context.task_all([context.call_activity("double", n) for n in range(context.get_input())])
    return sum(doubled)


@app.orchestration_trigger(context_name="context")
def chain(context: Any) -> Generator[Any, Any, int]:
    """One activity after another."""
    total = 0
    for number in range(context.get_input()):
        total += yield context.call_activity("double", number)
    return total


@app.activity_trigger(input_name="number")
def double(number: int) -> int:
    """Twice a number."""
    return 2 * number
