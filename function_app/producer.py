"""The producer's trigger: make store events and send them to the hub, as the original project's producer does."""

import asyncio
import logging
import time
from collections import deque
from datetime import UTC, datetime
from math import ceil
from typing import Annotated
from uuid import uuid4

import azure.functions as func
import msgspec
from azure.core.exceptions import AzureError
from azure.eventhub.exceptions import EventHubError
from msgspec import Meta

from activities.send_batch import send_batch
from fraud.campaigns import MAX_EVENTS_PER_BATCH, Batch
from function_app.access import open_to_all
from function_app.http import BadRequestError, json_response, parse_body, problem
from services.settings import settings

BAD_EVENT_RATIO = 0.1
_PATIENCE_SECONDS = 8.0
"""A request for few events fails within 10 s if the hub is away."""
_SLOWEST_PER_SECOND = 400
"""Events per second that even a busy machine makes and sends: a large order is given time in proportion."""

EVENTS_PER_MINUTE = 100_000
"""Each worker's bound on traffic that is made by accident or anonymously: larger traffic is ordered as a campaign."""

_log = logging.getLogger(__name__)
blueprint = func.Blueprint()


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=MAX_EVENTS_PER_BATCH)] = 10


class MinuteBudget:
    """Counts the events of the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: deque[tuple[float, int]] = deque()
        self._sum = 0

    def take(self, count: int) -> int:
        """Take `count` of the budget and give 0; or take nothing and give the seconds until there is enough."""
        now = time.monotonic()
        while self._taken and self._taken[0][0] <= now - 60:
            self._sum -= self._taken.popleft()[1]
        if self._sum + count <= self._most:
            self._taken.append((now, count))
            self._sum += count
            return 0
        left = self._sum
        for moment, taken in self._taken:
            left -= taken
            if left + count <= self._most:
                return ceil(moment + 60 - now) or 1
        return 60


_budget = MinuteBudget(EVENTS_PER_MINUTE)


@blueprint.function_name("store-events-producer-fn")
@blueprint.route(
    "store-events-producer-fn",
    methods=["GET", "POST"],
    auth_level=func.AuthLevel.ANONYMOUS if settings().producer_anonymous else func.AuthLevel.FUNCTION,
    trigger_arg_name="request",
)
@open_to_all("producers are machines: their key or PRODUCER_ANONYMOUS lets them in, and EVENTS_PER_MINUTE bounds them")
async def produce_events(request: func.HttpRequest) -> func.HttpResponse:
    """Send `count` events (query or JSON body, default 10).

    200 with their totals; 400 if the count is not from 1 to 10,000; 429 if the last minute's requests came to more than
    EVENTS_PER_MINUTE; 503 if the hub does not take them.
    """
    try:
        order = _order(request)
    except BadRequestError as error:
        return error.response()
    if wait := _budget.take(order.count):
        limit = f"at most {EVENTS_PER_MINUTE:,} events are made in a minute; try again in {wait} s, or start a campaign"
        return problem(429, "Too many events", limit, headers={"Retry-After": str(wait)})
    run_id = f"request-{uuid4()}"
    batch = Batch(
        run_id=run_id,
        seed=run_id,
        number=0,
        count=order.count,
        bad_event_ratio=BAD_EVENT_RATIO,
        ts=datetime.now(UTC).isoformat(),
    )
    try:
        async with asyncio.timeout(patience(order.count)):
            totals = await send_batch(batch)
    except (EventHubError, AzureError, OSError) as error:
        _log.error("run %s: the Event Hub does not take events: %r", run_id, error)
        return problem(503, "Event Hub unreachable", f"the events of run {run_id} were sent in part or not at all")
    return json_response(
        {
            "status": True,
            "tot_msgs": totals.sent,
            "bad_msgs": totals.bad,
            "sale_evnts": totals.sales,
            "inventory_evnts": totals.inventory,
            "tot_sales": totals.sales_value,
            "run_id": run_id,
        }
    )


def patience(count: int) -> float:
    """The seconds that so many events may take until the hub has them: 33 for the largest order."""
    return _PATIENCE_SECONDS + count / _SLOWEST_PER_SECOND


def _order(request: func.HttpRequest) -> _Order:
    """The order from the query if it is there, else from the body."""
    text = request.params.get("count")
    if text is None:
        return parse_body(_Order, request.get_body())
    try:
        return msgspec.convert({"count": text}, _Order, strict=False)
    except msgspec.ValidationError as error:
        detail = f"count must be a whole number from 1 to {MAX_EVENTS_PER_BATCH}, not {text[:40]!r}"
        raise BadRequestError("count", detail) from error
