"""Run the activities of a reconciliation's stages: a few at once, and with short histories."""

import azure.durable_functions as df

from fraud.slices import slices
from orchestrations.calls import Orchestrator, fan_out, fan_out_children
from orchestrations.contracts import RECONCILE_STAGE, STAGE_ACTIVITIES
from reconciliation.messages import PartProgress, PartTask, StageTask

IN_FLIGHT = 16
"""Activities of one stage that run at once; more would wait in the queue and hold memory in every worker."""
ACTIVITIES_PER_ORCHESTRATION = 96
"""Beyond this, a stage gets child orchestrations: the cost of replay grows with the square of the activities."""
CHILDREN_IN_FLIGHT = 4


def reconcile_stage(context: df.DurableOrchestrationContext, task: StageTask) -> Orchestrator[PartProgress]:
    """Run a slice of a stage; the sum of its activities' progress."""
    return (yield from run_activities(context, task))


def run_stage(context: df.DurableOrchestrationContext, task: StageTask) -> Orchestrator[PartProgress]:
    """Run a whole stage, here or in child orchestrations; the sum of its activities' progress."""
    if task.count <= ACTIVITIES_PER_ORCHESTRATION:
        return (yield from run_activities(context, task))
    total = PartProgress(0, 0)
    for wave in slices(task.slices(ACTIVITIES_PER_ORCHESTRATION), CHILDREN_IN_FLIGHT):
        named = [(f"{context.instance_id}-{task.stage}-{part.first:05}", part) for part in wave]
        total = sum((yield from fan_out_children(context, RECONCILE_STAGE, named)), total)
        _say(context, task, wave[-1].first + wave[-1].count - task.first)
    return total


def run_activities(context: df.DurableOrchestrationContext, task: StageTask) -> Orchestrator[PartProgress]:
    """Run the activities of a stage in this orchestration."""
    total = PartProgress(0, 0)
    tasks = [PartTask(task.run, task.stage, number) for number in range(task.first, task.first + task.count)]
    done = 0
    _say(context, task, done)
    for wave in slices(tasks, IN_FLIGHT):
        total = sum((yield from fan_out(context, STAGE_ACTIVITIES[task.activity], wave)), total)
        done += len(wave)
        _say(context, task, done)
    return total


def _say(context: df.DurableOrchestrationContext, task: StageTask, done: int) -> None:
    context.set_custom_status({"phase": task.stage, "done": done, "of": task.count})
