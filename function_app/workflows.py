"""The workflows and their steps, registered with the durable extension under the names of their functions."""
# pyright: reportUnknownMemberType=false
# The durable SDK's decorators are not typed.

from collections.abc import Awaitable, Callable
from inspect import signature
from typing import Any, get_type_hints

import azure.durable_functions as df
import msgspec

from activities.alert_fraud_team import alert_fraud_team
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.send_batch import send_batch
from activities.store_verdicts import store_verdicts
from orchestrations.analyze_window import analyze_window
from orchestrations.run_campaign import run_campaign

blueprint = df.Blueprint()


def register_workflow(to: df.Blueprint, workflow: Callable[[df.DurableOrchestrationContext], Any]) -> None:
    """Register a generator of `orchestrations/` as an orchestrator."""
    to.orchestration_trigger(context_name="context")(workflow)


def register_step(to: df.Blueprint, step: Callable[..., Awaitable[Any]]) -> None:
    """Register a function of `activities/` as an activity: plain JSON values outside, its own types inside."""
    parameter = next(iter(signature(step).parameters))
    kind = get_type_hints(step)[parameter]

    async def activity(argument: object) -> Any:
        return msgspec.to_builtins(await step(msgspec.convert(argument, kind)))

    activity.__name__ = step.__name__
    activity.__doc__ = step.__doc__
    to.activity_trigger(input_name="argument")(activity)


register_workflow(blueprint, run_campaign)
register_step(blueprint, send_batch)

register_workflow(blueprint, analyze_window)
register_step(blueprint, judge_events)
register_step(blueprint, store_verdicts)
register_step(blueprint, alert_fraud_team)
register_step(blueprint, clear_work)
