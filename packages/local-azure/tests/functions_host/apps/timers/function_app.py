"""Timer functions of every kind, for the host's tests. Each run leaves a line in a journal."""

import json
import os
from pathlib import Path
from typing import Any

import azure.functions as func

app = func.FunctionApp()
JOURNAL = Path(os.environ["JOURNAL"])


def note(function: str, **facts: Any) -> None:
    with JOURNAL.open("a", encoding="utf-8") as journal:
        journal.write(json.dumps({"function": function, **facts}) + "\n")


@app.timer_trigger(arg_name="timer", schedule="%HOURLY%")
def hourly(timer: func.TimerRequest) -> None:
    status: Any = getattr(timer, "schedule_status", {})
    note("hourly", past_due=timer.past_due, last=status["Last"], next=status["Next"])


@app.timer_trigger(arg_name="timer", schedule="00:30:00")
async def every_half_hour(timer: func.TimerRequest) -> None:
    note("every_half_hour", past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True, use_monitor=False)
def at_start(timer: func.TimerRequest) -> None:
    note("at_start", past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def by_hand(timer: func.TimerRequest, context: func.Context) -> None:
    note("by_hand", attempt=context.retry_context.retry_count)
    if context.retry_context.retry_count < 2:
        raise RuntimeError("not yet")
