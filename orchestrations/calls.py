"""Calls from an orchestration: typed values in and out, one patient retry policy."""

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase, TimerTask

from orchestrations.contracts import Activity, Orchestration

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Orchestrator = Generator[TaskBase, Any, Result]
"""An orchestration: it yields durable tasks, is sent their results, and returns its output."""

PATIENT = df.RetryOptions(first_retry_interval_in_milliseconds=30_000, max_number_of_attempts=40)
"""20 minutes of Azure's time, so that a service that restarts or throttles for a while does not fail an orchestration.

The SDK has no back-off, so the interval is long enough not to add to the load.
"""


def schedule(
    context: df.DurableOrchestrationContext, activity: Activity[Argument, Result], argument: Argument
) -> TaskBase:
    """Schedule an activity, for a race; `result_of` reads what the task gives. The SDK carries plain JSON values."""
    return context.call_activity_with_retry(activity.name, PATIENT, msgspec.to_builtins(argument))


def schedule_child(
    context: df.DurableOrchestrationContext,
    orchestration: Orchestration[Argument, Result],
    argument: Argument,
    instance_id: str,
) -> TaskBase:
    """Schedule an orchestration as a child, under an instance id that is computed from its input."""
    plain = msgspec.to_builtins(argument)
    return context.call_sub_orchestrator_with_retry(orchestration.name, PATIENT, plain, instance_id)


def result_of(called: Activity[Argument, Result] | Orchestration[Argument, Result], answer: object) -> Result:
    """The typed result of a task of this activity or orchestration. Raises msgspec.ValidationError if it is another."""
    return msgspec.convert(answer, called.result)


def call(
    context: df.DurableOrchestrationContext, activity: Activity[Argument, Result], argument: Argument
) -> Orchestrator[Result]:
    """Run an activity; its result."""
    return result_of(activity, (yield schedule(context, activity, argument)))


def call_child(
    context: df.DurableOrchestrationContext,
    orchestration: Orchestration[Argument, Result],
    argument: Argument,
    instance_id: str,
) -> Orchestrator[Result]:
    """Run an orchestration as a child; its result."""
    return result_of(orchestration, (yield schedule_child(context, orchestration, argument, instance_id)))


def fan_out(
    context: df.DurableOrchestrationContext, activity: Activity[Argument, Result], arguments: Sequence[Argument]
) -> Orchestrator[list[Result]]:
    """Run an activity for every argument at once; the results in the order of the arguments, whichever ends first."""
    return (yield from _all(context, activity, [schedule(context, activity, argument) for argument in arguments]))


def fan_out_children(
    context: df.DurableOrchestrationContext,
    orchestration: Orchestration[Argument, Result],
    arguments: Sequence[tuple[str, Argument]],
) -> Orchestrator[list[Result]]:
    """Run an orchestration for every (instance id, argument) at once; the results in the order of the arguments."""
    tasks = [schedule_child(context, orchestration, argument, instance_id) for instance_id, argument in arguments]
    return (yield from _all(context, orchestration, tasks))


def _all(
    context: df.DurableOrchestrationContext,
    called: Activity[Argument, Result] | Orchestration[Argument, Result],
    tasks: list[TaskBase],
) -> Orchestrator[list[Result]]:
    if not tasks:
        return []  # the SDK answers None for all of nothing
    answers = yield context.task_all(tasks)
    return [result_of(called, answer) for answer in answers]


def heeding(context: df.DurableOrchestrationContext, task: TaskBase, stop: TaskBase) -> Orchestrator[Any]:
    """The result of a task, while `stop` is waited for too: the SDK sees an event only while it is waited for."""
    yield context.task_any([task, stop])
    return (yield task)


def timer(context: df.DurableOrchestrationContext, due: datetime) -> TimerTask:
    """A durable timer. Cancel it if it loses a race: an open timer keeps the instance running until it fires."""
    return context.create_timer(due)


def stopped_before(context: df.DurableOrchestrationContext, due: datetime, stop: TaskBase) -> Orchestrator[bool]:
    """Wait until a time, or until `stop` has come: then True, and the timer is cancelled."""
    # A time that has passed gets a timer too. A killed host may leave a timer in flight and then decide the same step
    # again, at a later time. If that decision scheduled an activity instead, the timer would be taken for the
    # activity's result.
    clock = timer(context, due)
    if (yield context.task_any([clock, stop])) is not stop:
        return False
    clock.cancel()
    return True
