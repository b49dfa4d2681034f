"""The endpoint of workflows: instances of orchestrations, by filter, a page at a time."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import ProblemError
from fraud.desk.queries import Span
from function_app.api.endpoint import Call, Endpoint
from function_app.durable_client import management_address
from services.instances import Filter, Instance, InstancesError, list_page

Status = Literal["Running", "Completed", "Failed", "Terminated", "Pending", "Suspended", "ContinuedAsNew"]


class WorkflowQuery(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instances that were created in a span, by their state and the beginning of their ids."""

    status: Status | None = None
    prefix: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9-]+\Z")] | None = None


class WorkflowRow(msgspec.Struct, frozen=True, kw_only=True):
    """An instance of an orchestration."""

    id: str
    name: str | None
    status: str
    created: datetime
    updated: datetime
    custom_status: Any = None


class Place(msgspec.Struct, frozen=True):
    """The management API's own token."""

    token: str


async def list_workflows(call: Call[WorkflowQuery, None]) -> Page[WorkflowRow]:
    """A page of the instances of orchestrations, as the durable extension's management API tells them."""
    asked = call.asked
    assert call.client is not None, "the endpoint asks for it"  # noqa: S101
    wanted = Filter(
        statuses=(asked.status,) if asked.status else (),
        prefix=asked.prefix or "",
        created_from=asked.start,
        created_to=asked.end,
    )
    token = place_in(asked.token, Place).token if asked.token else None
    try:
        page = await list_page(management_address(call.client), wanted, asked.limit, token)
    except InstancesError as error:
        raise ProblemError(503, "Service away", str(error)) from error
    return Page(tuple(map(_row, page.instances)), token_of(Place(page.token)) if page.token else None)


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
)
