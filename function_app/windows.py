"""The trigger of suspicious windows: each message of the queue starts the analysis of its windows, and does no more."""

import logging

import azure.durable_functions as df
import azure.functions as func

from activities.quarantine import quarantine
from activities.window_ids import save_window
from fraud.quarantine import QuarantinedWindow, raw
from fraud.windows import SuspiciousWindow, parse_windows
from function_app.durable_client import AlreadyRunningError, Client, find, start
from function_app.failures import logged_failure
from orchestrations.contracts import ANALYZE_WINDOW
from services import names

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
        await _receive(message, client)


async def _receive(message: func.ServiceBusMessage, client: Client) -> None:
    body = message.get_body()
    content = parse_windows(body)
    if content.problems:
        await quarantine(
            QuarantinedWindow(
                reason="; ".join(content.problems),
                raw_base64=raw(body),
                message_id=message.message_id or None,
                enqueued_time=message.enqueued_time_utc,
            )
        )
    for window in content.windows:
        await _start_once(client, window)


async def _start_once(client: Client, window: SuspiciousWindow) -> None:
    """Start a window's analysis unless there is one of its name, in whatever state."""
    for name in (window.name, window.former_name):
        if await find(client, name) is not None:
            _log.info("%s was started before", name)
            return
    try:
        await start(client, ANALYZE_WINDOW, window.name, await save_window(window))
    except AlreadyRunningError:
        _log.info("%s was started by another delivery meanwhile", window.name)
