"""The trigger of suspicious windows: each message of the queue starts the analysis of its windows, and does no more."""

import logging
from datetime import datetime

import azure.durable_functions as df
import azure.functions as func
import msgspec

from activities.quarantine import quarantine
from activities.window_ids import save_window
from fraud.quarantine import QuarantinedWindow, raw
from fraud.windows import SuspiciousWindow, parse_windows
from function_app.durable_client import AlreadyRunningError, Client, management_address, start
from function_app.failures import logged_failure
from orchestrations.contracts import ANALYZE_WINDOW
from services import names
from services.instances import has_instance

_log = logging.getLogger(__name__)
blueprint = df.Blueprint()


@blueprint.function_name("analyze-suspicious-windows")
@blueprint.service_bus_queue_trigger(
    arg_name="message",
    connection=names.SERVICE_BUS,
    queue_name=names.WINDOW_QUEUE,
    data_type=func.DataType.BINARY,
)
@blueprint.durable_client_input(client_name="client")
async def receive_windows(message: func.ServiceBusMessage, client: Client) -> None:
    """Start one orchestration per window. A failure raises: the queue delivers again and at last dead-letters the
    message.

    Instance ids are computed from the windows, so a message that is delivered again starts nothing new. A message that
    is not a window would only fail again: it is quarantined with the reason, and completed.
    """
    with logged_failure("analyze-suspicious-windows"):
        await take_windows(message.get_body(), message.message_id or None, message.enqueued_time_utc, client)


class Taken(msgspec.Struct, frozen=True):
    """The windows of a message: those whose analysis was started, those that had one before, and what is not one."""

    started: tuple[str, ...]
    started_before: tuple[str, ...]
    problems: tuple[str, ...]


async def take_windows(body: bytes, message_id: str | None, enqueued_time: datetime | None, client: Client) -> Taken:
    """Start the analysis of each window of a message, once, and quarantine what is not a window. Done twice, it
    changes nothing.
    """
    content = parse_windows(body)
    if content.problems:
        await quarantine(
            QuarantinedWindow(
                reason="; ".join(content.problems),
                raw_base64=raw(body),
                message_id=message_id,
                enqueued_time=enqueued_time,
            )
        )
    started = [window.name for window in content.windows if await _start_once(client, window)]
    started_before = tuple(window.name for window in content.windows if window.name not in started)
    return Taken(tuple(started), started_before, content.problems)


async def _start_once(client: Client, window: SuspiciousWindow) -> bool:
    """Start a window's analysis unless an instance of its name exists, in any state; true if it was started."""
    for name in (window.name, window.former_name):
        if await has_instance(management_address(client), name):
            _log.info("%s was started before", name)
            return False
    try:
        await start(client, ANALYZE_WINDOW, window.name, await save_window(window))
    except AlreadyRunningError:
        _log.info("%s was started by another delivery meanwhile", window.name)
        return False
    return True
