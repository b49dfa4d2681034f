"""Whether what an orchestrator asks for can be done at all."""

from local_azure.durable.creation import check_instance_id
from local_azure.durable.entity_messages import split_scheduler_id
from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import printable
from local_azure.durable.store import Instance
from local_azure.durable.tasks import HTTP_ACTIVITY, Decision, DecisionKind
from local_azure.durable.worker import Worker


def first_problem(worker: Worker, instance: Instance, decisions: list[Decision]) -> str | None:
    """Why a decision cannot be carried out, None if all can; the instance fails with it, as under the extension."""
    for decision in decisions:
        try:
            _check(worker, instance, decision)
        except BadRequestError as error:
            return f"Orchestrator function '{instance.name}' failed: {error}"
    return None


def _check(worker: Worker, instance: Instance, decision: Decision) -> None:
    for text in (decision.name, decision.instance_id, decision.input or "", decision.version or ""):
        if printable(text) != text:
            raise BadRequestError(f"{text[:64]!r} is no valid Unicode.")
    match decision.kind:
        case DecisionKind.ACTIVITY:
            if decision.name != HTTP_ACTIVITY and not worker.has_activity(decision.name):
                raise BadRequestError(missing_function(decision.name, "activity"))
        case DecisionKind.SUB_ORCHESTRATION:
            check_instance_id(decision.instance_id)
            if decision.instance_id.lower() in {instance.id.lower(), (instance.parent or "").lower()}:
                raise BadRequestError("A sub-orchestration must have another instance id than its parents.")
            if not worker.has_orchestrator(decision.name):
                raise BadRequestError(missing_function(decision.name, "orchestrator"))
        case DecisionKind.EVENT:
            name, _ = split_scheduler_id(decision.instance_id)
            if not worker.has_entity(name):
                raise BadRequestError(missing_function(name, "entity"))
        case DecisionKind.TIMER:
            return


def missing_function(name: str, kind: str) -> str:
    """The extension's words for a function that the app does not have."""
    return f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function."
