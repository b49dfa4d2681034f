"""Refuse the decisions of an orchestrator that cannot be carried out.

The extension leaves an instance that asks for a function which the app does not have, or for a child of its own id,
Running for ever: its ArgumentException is lost in a task that nobody awaits (ProcessAsyncActionsV2). Here the instance
fails at once, and the log says what Azure would do.
"""

import logging

from local_azure.durable.creation import check_instance_id
from local_azure.durable.entity_messages import split_scheduler_id
from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import printable
from local_azure.durable.store import Instance
from local_azure.durable.tasks import HTTP_ACTIVITY, Decision, DecisionKind
from local_azure.durable.worker import FunctionKind, Worker

log = logging.getLogger(__name__)


def first_problem(worker: Worker, instance: Instance, decisions: list[Decision]) -> str | None:
    """The reason why a decision cannot be carried out, None if all can; the instance fails with it."""
    for decision in decisions:
        try:
            _check(worker, instance, decision)
        except BadRequestError as error:
            log.warning("%s fails: %s On Azure it would stay Running for ever.", instance.id, error)
            return f"Orchestrator function '{instance.name}' failed: {error}"
        if decision.clashes_with:
            log.warning(
                "%s calls %r and %r, which differ in case only: on Azure the second waits for half an hour",
                instance.id,
                decision.clashes_with,
                decision.instance_id,
            )
    return None


def _check(worker: Worker, instance: Instance, decision: Decision) -> None:
    for text in (decision.name, decision.instance_id, decision.input or "", decision.version or ""):
        if printable(text) != text:
            raise BadRequestError(f"{text[:64]!r} is not valid Unicode.")
    if decision.attempts is not None and decision.attempts < 1:
        raise BadRequestError(f"{decision.name!r} is to be tried {decision.attempts} times; at least 1 is asked for")
    match decision.kind:
        case DecisionKind.ACTIVITY:
            if decision.name != HTTP_ACTIVITY and not worker.has_activity(decision.name):
                raise BadRequestError(missing_function(worker, decision.name, "activity"))
        case DecisionKind.SUB_ORCHESTRATION:
            check_instance_id(decision.instance_id)
            if decision.instance_id.lower() in {instance.id.lower(), (instance.parent or "").lower()}:
                raise BadRequestError("A sub-orchestration must have another instance id than its parents.")
            if not worker.has_orchestrator(decision.name):
                raise BadRequestError(missing_function(worker, decision.name, "orchestrator"))
        case DecisionKind.EVENT:
            name, _ = split_scheduler_id(decision.instance_id)
            if not worker.has_entity(name):
                raise BadRequestError(missing_function(worker, name, "entity"))
        case DecisionKind.TIMER:
            return


def missing_function(worker: Worker, name: str, kind: FunctionKind) -> str:
    """The extension's words for a function that the app does not have."""
    names = ", ".join(f"'{each}'" for each in worker.names(kind))
    others = f"The following are the known {kind} functions: {names}."
    if not names:
        others = f"No {kind} functions are currently registered!"
    return f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. Additional info: {others}"
