"""Stop an orchestration that walks windows page by page."""

import asyncio
import logging

from fraud.campaigns import STOP_EVENT
from function_app import durable_client
from function_app.durable_client import Client

_log = logging.getLogger(__name__)
_RAISED = 6
_POLLS = 6
_POLL_SECONDS = 0.25
"""The stop is raised for nine seconds: an event that comes between two generations is lost."""


async def raise_stop(client: Client, instance_id: str) -> None:
    """Raise the event `stop` until the instance has ended, for nine seconds at most."""
    for _ in range(_RAISED):
        try:
            await client.raise_event(instance_id, STOP_EVENT, None)
        except Exception:  # noqa: BLE001 - the SDK raises nothing more exact
            _log.info("%s has ended, or does not take an event", instance_id)
        for _ in range(_POLLS):
            if not await durable_client.is_running(client, instance_id):
                return
            await asyncio.sleep(_POLL_SECONDS)
