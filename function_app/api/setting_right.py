"""The endpoints that process again what was set aside, and the journal of what was done."""

from fraud.desk.deeds import Deed
from fraud.desk.paging import Page
from fraud.desk.queries import Question
from fraud.desk.set_aside import Redriven, RedriveOrder, Resubmission, Resubmitted
from function_app.api.endpoint import Call, Endpoint, NoParameters
from function_app.set_aside import redrive, resubmit
from services.desk import deeds


async def redrive_dead_letters(call: Call[NoParameters, RedriveOrder]) -> Redriven:
    """Start the windows of dead letters: one, some, or all up to a number.

    A letter whose windows start leaves the queue.
    """
    return await redrive(call.content, call.caller, call.durable)


async def resubmit_quarantined(call: Call[NoParameters, Resubmission]) -> Resubmitted:
    """Send the corrected body of a record of quarantine where its original was meant to go; the record stays."""
    return await resubmit(call.content, call.caller, call.durable)


async def list_deeds(call: Call[Question, None]) -> Page[Deed]:
    """A page of the journal of the pipeline's operation, the latest first."""
    return await deeds.list_deeds(call.asked)


ENDPOINTS = (
    Endpoint(
        name="redrive-dead-letters",
        method="POST",
        path="api/dead-letters/redrive",
        role="operator",
        handler=redrive_dead_letters,
        content=RedriveOrder,
        answer=Redriven,
        needs_client=True,
    ),
    Endpoint(
        name="resubmit-quarantined",
        method="POST",
        path="api/quarantine/resubmit",
        role="operator",
        handler=resubmit_quarantined,
        content=Resubmission,
        answer=Resubmitted,
        statuses=(404,),
        needs_client=True,
    ),
    Endpoint(
        name="list-deeds",
        method="GET",
        path="api/deeds",
        role="reader",
        handler=list_deeds,
        asked=Question,
        answer=Page[Deed],
    ),
)
