"""How workflows call steps: typed values in and out, one patient retry policy."""
# pyright: reportUnknownMemberType=false
# The durable SDK is typed in part only; this module is where its edges are.

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase, TimerTask

Result = TypeVar("Result")
Workflow = Generator[TaskBase, Any, Result]
"""An orchestrator: it yields durable tasks, is sent their results, and returns its output."""

PATIENT = df.RetryOptions(first_retry_interval_in_milliseconds=30_000, max_number_of_attempts=40)
"""20 minutes of Azure's time: a service that is restarted or throttles for a while fails no workflow. The SDK has no
back-off, so the interval is long enough not to add to the load."""


def call(context: df.DurableOrchestrationContext, step: str, argument: msgspec.Struct) -> TaskBase:
    """Schedule a step with its argument. The durable SDK carries plain JSON values only, so structs are converted."""
    return context.call_activity_with_retry(step, PATIENT, msgspec.to_builtins(argument))


def timer(context: df.DurableOrchestrationContext, due: datetime) -> TimerTask:
    """A durable timer. Cancel it if it loses a race: an open timer keeps the instance running until it fires."""
    return cast(TimerTask, context.create_timer(due))


def fan_out(
    context: df.DurableOrchestrationContext, step: str, arguments: Sequence[msgspec.Struct], result: type[Result]
) -> Workflow[list[Result]]:
    """Run a step for every argument at once; the results in the order of the arguments, whichever ends first."""
    if not arguments:
        return []  # the SDK answers None for all of nothing
    answers = yield context.task_all([call(context, step, argument) for argument in arguments])
    return msgspec.convert(answers, list[result])
