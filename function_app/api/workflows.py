"""The endpoints of workflows: instances of orchestrations, by filter, a page at a time; one with its history."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import ProblemError, not_found
from fraud.desk.queries import SpanQuestion
from fraud.desk.workflows import WorkflowDetails, WorkflowRow, WorkflowStep
from function_app.api.endpoint import Call, Endpoint
from function_app.desk.pictures.gantt import moments_of
from function_app.durable_client import management_address
from services.instances import Filter, Instance, InstancesError, find_instance, list_page

Status = Literal["Running", "Completed", "Failed", "Terminated", "Pending", "Suspended", "ContinuedAsNew"]


class WorkflowQuery(SpanQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instances that were created in a span, by their state and the beginning of their ids."""

    status: Status | None = None
    prefix: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9-]+\Z")] | None = None


class _Place(msgspec.Struct, frozen=True):
    """The management API's own token."""

    token: str


async def list_workflows(call: Call[WorkflowQuery, None]) -> Page[WorkflowRow]:
    """A page of the instances of orchestrations, as the durable extension's management API lists them."""
    asked = call.asked
    wanted = Filter(
        statuses=(asked.status,) if asked.status else (),
        prefix=asked.prefix or "",
        created_from=asked.start,
        created_to=asked.end,
    )
    token = place_in(asked.token, _Place).token if asked.token else None
    try:
        page = await list_page(management_address(call.durable), wanted, asked.limit, token)
    except InstancesError as error:
        raise ProblemError(503, "Service away", str(error)) from error
    return Page(tuple(map(_row, page.instances)), token_of(_Place(page.token)) if page.token else None)


class WorkflowName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instance by its id."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]


async def get_workflow(call: Call[WorkflowName, None]) -> WorkflowDetails:
    """An instance of an orchestration with its input, its output and its history."""
    try:
        instance = await find_instance(management_address(call.durable), call.asked.id)
    except InstancesError as error:
        raise ProblemError(503, "Service away", str(error)) from error
    if instance is None:
        raise not_found("workflow", call.asked.id)
    steps = [
        WorkflowStep(
            kind=moment.kind,
            name=moment.name,
            at=moment.at,
            seconds=moment.took.total_seconds() if moment.took else None,
            failed=moment.failed,
        )
        for moment in moments_of(instance.history_events)
    ]
    fields = {name: getattr(_row(instance), name) for name in WorkflowRow.__struct_fields__}
    return WorkflowDetails(**fields, input=instance.input, output=instance.output, history=tuple(steps))


def _row(instance: Instance) -> WorkflowRow:
    return WorkflowRow(
        id=instance.instance_id,
        name=instance.name,
        status=instance.runtime_status,
        created=instance.created_time,
        updated=instance.last_updated_time,
        custom_status=instance.custom_status,
    )


ENDPOINTS = (
    Endpoint(
        name="list-workflows",
        method="GET",
        path="api/workflows",
        role="reader",
        handler=list_workflows,
        asked=WorkflowQuery,
        answer=Page[WorkflowRow],
        needs_client=True,
    ),
    Endpoint(
        name="get-workflow",
        method="GET",
        path="api/workflows/{id}",
        role="reader",
        handler=get_workflow,
        asked=WorkflowName,
        answer=WorkflowDetails,
        statuses=(404,),
        needs_client=True,
    ),
)
