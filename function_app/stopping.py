"""The event `stop` reaches an orchestration that goes on in generations."""

import asyncio
import logging
from collections.abc import Collection
from typing import Any, cast

from fraud.campaigns import STOP_EVENT
from function_app import durable_client
from function_app.durable_client import Client

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.25
_POLLS_PER_EVENT = 6
_POLLS = 40
"""Ten real seconds in all; the event is raised again every one and a half seconds."""


async def raise_stop(client: Client, instance_id: str, told: Collection[str] = ()) -> bool:
    """Raise the stop until the instance has ended or its status shows one of the phases `told`.

    An event that comes between two generations may be lost. False if neither comes to be within ten seconds.
    """
    for attempt in range(_POLLS):
        if attempt % _POLLS_PER_EVENT == 0:
            try:
                await client.raise_event(instance_id, STOP_EVENT, None)
            except Exception:  # noqa: BLE001
                # It may have ended in the meantime, which is what the caller wants; the SDK raises no narrower type.
                _log.info("%s does not take an event", instance_id)
        await asyncio.sleep(_POLL_SECONDS)
        status = await durable_client.find(client, instance_id)
        if status is None or status.runtime_status not in durable_client.RUNNING:
            return True
        if cast(dict[str, Any], status.custom_status or {}).get("phase") in told:
            return True
    return False
