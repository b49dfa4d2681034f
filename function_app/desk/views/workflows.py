"""The pages of workflows: instances by filter, one of them with its timeline, and what can be done to it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import azure.functions as func
import msgspec

from fraud.windows import is_in_calendar
from function_app.desk import answers
from function_app.desk.pictures.gantt import gantt_of, moments_of
from function_app.desk.rendering import query
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.durable_client import management_address
from services import instances
from services.instances import ENDED, Filter, InstancesError

PAGE_SIZE = 50
_MOST_EVENTS = 1_000
STATUSES = ("Running", "Pending", "Suspended", "Completed", "Failed", "Terminated", "ContinuedAsNew", "Canceled")
_PREFIXES = ("window-", "quarantine-", "campaign-", "reconcile-", "repair-")
_GOING = frozenset({"Running", "Pending", "Suspended", "ContinuedAsNew"})


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done to an instance in one of these states."""

    name: str
    label: str
    explanation: str
    states: frozenset[str]
    takes_reason: bool = True
    destroys: bool = False


ACTIONS = (
    Action(
        name="suspend",
        label="Suspend",
        explanation="It does nothing more until it is resumed. What runs already ends, and its result waits.",
        states=_GOING - {"Suspended"},
    ),
    Action(
        name="resume", label="Resume", explanation="It goes on where it was suspended.", states=frozenset({"Suspended"})
    ),
    Action(
        name="raise-event",
        label="Raise event",
        explanation="An orchestration that waits for an event of this name goes on; any other keeps it.",
        states=_GOING,
        takes_reason=False,
    ),
    Action(
        # No rewind: Azure's cannot go back behind a second try of a step, and ours are tried often before they fail.
        name="begin-again",
        label="Begin again",
        explanation="It begins anew under its own id, with the same input: all its steps are run again.",
        states=frozenset({"Failed"}),
        takes_reason=False,
    ),
    Action(
        name="restart",
        label="Restart",
        explanation="A new instance begins with the same input, under a new id.",
        states=ENDED,
        takes_reason=False,
    ),
    Action(
        name="terminate",
        label="Terminate",
        explanation="It ends at once and cannot go on. What it has started goes on.",
        states=_GOING,
        destroys=True,
    ),
    Action(
        name="purge",
        label="Purge",
        explanation="Its status, input, output and history are deleted for good.",
        states=ENDED,
        takes_reason=False,
        destroys=True,
    ),
)
_BY_NAME = {action.name: action for action in ACTIONS}


async def list_workflows(visit: Visit) -> func.HttpResponse:
    """Instances by status, prefix and time of creation, a page at a time."""
    problem = ""
    try:
        created_from, created_to = _moment(visit.asked("from")), _moment(visit.asked("to"))
    except ValueError as error:
        created_from = created_to = None
        problem = str(error)
    status = visit.asked("status") if visit.asked("status") in STATUSES else ""
    asked = Filter(
        statuses=(status,) if status else (),
        prefix=visit.asked("prefix"),
        created_from=created_from,
        created_to=created_to,
    )
    page = instances.InstancePage([], None)
    if not problem:
        page = await instances.list_page(
            management_address(visit.client), asked, PAGE_SIZE, visit.asked("page") or None
        )
    return answers.page(
        "workflows.html",
        visit,
        here="workflows",
        status=400 if problem else 200,
        instances=page.instances,
        next_token=page.token,
        token_given=bool(page.token),
        problem=problem,
        chosen_status=status,
        statuses=STATUSES,
        prefix=asked.prefix,
        prefixes=_PREFIXES,
        created_from=visit.asked("from"),
        created_to=visit.asked("to"),
    )


async def show_workflow(visit: Visit) -> func.HttpResponse:
    """One instance: timeline, history, input, output, and the actions that its state allows. 404 if absent."""
    instance = (
        await instances.find_instance(management_address(visit.client), visit.asked("id"))
        if visit.asked("id")
        else None
    )
    if instance is None:
        return _absent(visit, visit.asked("id"))
    moments = moments_of(instance.history_events)
    return answers.page(
        "workflow.html",
        visit,
        here="workflows",
        instance=instance,
        actions=[
            action for action in ACTIONS if instance.runtime_status in action.states and visit.caller.may("operator")
        ],
        gantt=gantt_of(instance.history_events, instance.created_time, instance.last_updated_time),
        events=moments[:_MOST_EVENTS],
        left_out=max(0, len(moments) - _MOST_EVENTS),
    )


@needs("operator")
async def ask_to_act(visit: Visit) -> func.HttpResponse:
    """The page that asks before something is done. 404 if unknown, 409 if its state forbids it."""
    return await _ask(visit, visit.asked("id"), visit.asked("what"), {})


@needs("operator", deed="act-on-workflow")
async def act(visit: Visit) -> func.HttpResponse:
    """Do it, and show the instance; if it is refused, show the question again."""
    form = visit.form()
    instance_id, what = form.get("id", ""), form.get("what", "")
    action = _BY_NAME.get(what)
    if action is None:
        return answers.refused(404, "No such action", f"Nothing is called {what[:60]!r}.", visit)
    if action.takes_reason and not form.get("reason", "").strip():
        return await _ask(visit, instance_id, what, form, "Say why: the reason is kept in the history.")
    base = management_address(visit.client)
    try:
        await _do(base, action, instance_id, form)
    except (InstancesError, msgspec.DecodeError) as error:
        return await _ask(visit, instance_id, what, form, str(error))
    if action.name == "purge":
        return answers.redirect("/desk/workflows")
    return answers.redirect(query("/desk/workflows/instance", id=instance_id))


async def _do(base: str, action: Action, instance_id: str, form: Mapping[str, str]) -> None:
    if action.name == "purge":
        await instances.purge(base, instance_id)
    elif action.name == "raise-event":
        content = form.get("content", "").encode() or b"null"
        msgspec.json.decode(content)
        await instances.raise_event(base, instance_id, form.get("event", ""), content)
    else:
        await instances.command(base, instance_id, action.name, form.get("reason", ""))


async def _ask(
    visit: Visit, instance_id: str, what: str, given: Mapping[str, str], problem: str = ""
) -> func.HttpResponse:
    action = _BY_NAME.get(what)
    instance = (
        await instances.find_instance(management_address(visit.client), instance_id, history=False)
        if instance_id
        else None
    )
    if instance is None or action is None:
        return _absent(visit, instance_id)
    if instance.runtime_status not in action.states:
        detail = f"{instance_id} is {instance.runtime_status}: {action.label.lower()} does not apply."
        return answers.refused(409, "It is too late for that", detail, visit)
    return answers.page(
        "workflow_act.html",
        visit,
        status=400 if problem else 200,
        here="workflows",
        instance=instance,
        action=action,
        given=given,
        problem=problem,
    )


ROUTES: Routes = {
    ("GET", "workflows"): list_workflows,
    ("GET", "workflows/instance"): show_workflow,
    ("GET", "workflows/act"): ask_to_act,
    ("POST", "workflows/act"): act,
}


def _absent(visit: Visit, instance_id: str) -> func.HttpResponse:
    detail = f"There is no instance {instance_id[:200]}: it may have been purged."
    return answers.refused(404, "No such instance", detail, visit)


def _moment(text: str) -> datetime | None:
    """A time as people type it, in UTC; None for nothing. Raises ValueError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    except ValueError:
        moment = None
    if moment is None or not is_in_calendar(moment):
        raise ValueError(f"A time looks like 2026-01-31T10:00, not {text[:40]!r}.")
    return moment
