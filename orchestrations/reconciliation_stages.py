"""How a reconciliation runs its steps: a few at once, and with short histories."""
# pyright: reportUnknownMemberType=false
# The durable SDK is typed in part only.

from typing import Any

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase

from fraud.slices import slices
from orchestrations.steps import PATIENT, Workflow, fan_out
from reconciliation.work import Progress, StageTask, Step

IN_FLIGHT = 16
"""Steps of one stage that run at once; more would wait in the queue and hold memory in every worker that takes them."""
STEPS_PER_WORKFLOW = 96
"""Beyond, a stage is shared out to workflows of its own: the cost of replay grows with the square of the steps."""
WORKFLOWS_IN_FLIGHT = 4


def reconcile_stage(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any]]:
    """Run a slice of a stage. Input: a `StageTask`. Output: the sum of the steps' `Progress`."""
    task = msgspec.convert(context.get_input(), StageTask)
    return msgspec.to_builtins((yield from run_steps(context, task)))


def run_stage(context: df.DurableOrchestrationContext, task: StageTask) -> Workflow[Progress]:
    """Run a whole stage, here or in workflows of its own; gives the sum of its steps' progress."""
    if task.count <= STEPS_PER_WORKFLOW:
        return (yield from run_steps(context, task))
    total = Progress(0, 0)
    for some in slices(task.slices(STEPS_PER_WORKFLOW), WORKFLOWS_IN_FLIGHT):
        answers = yield context.task_all([_start(context, one) for one in some])
        total = sum(msgspec.convert(answers, list[Progress]), total)
        _say(context, task, some[-1].first + some[-1].count - task.first)
    return total


def run_steps(context: df.DurableOrchestrationContext, task: StageTask) -> Workflow[Progress]:
    """Run the steps of a stage in this workflow."""
    total = Progress(0, 0)
    steps = [Step(task.run, task.stage, number) for number in range(task.first, task.first + task.count)]
    done = 0
    _say(context, task, done)
    for some in slices(steps, IN_FLIGHT):
        total = sum((yield from fan_out(context, task.activity, some, Progress)), total)
        done += len(some)
        _say(context, task, done)
    return total


def _start(context: df.DurableOrchestrationContext, task: StageTask) -> TaskBase:
    name = f"{context.instance_id}-{task.stage}-{task.first:05}"
    return context.call_sub_orchestrator_with_retry("reconcile_stage", PATIENT, msgspec.to_builtins(task), name)


def _say(context: df.DurableOrchestrationContext, task: StageTask, done: int) -> None:
    context.set_custom_status({"phase": task.stage, "done": done, "of": task.count})
