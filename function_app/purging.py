"""The timer that deletes the histories of orchestrations that ended long ago."""

import logging
from datetime import UTC, datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from function_app.durable_client import Client
from function_app.failures import logged_failure
from services.settings import settings
from services.watching import azure_time

EVERY_HOUR = "0 10 * * * *"
"""Microsoft's extension deletes 44 to 80 histories a second, and the SDK waits four minutes: enough for those of an
hour, some 2,900 at the size 10k, and not for those of a day."""
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_STATUS = df.OrchestrationRuntimeStatus
_ENDED_WELL = [_STATUS.Completed, _STATUS.Terminated]
_log = logging.getLogger(__name__)

blueprint = df.Blueprint()


@blueprint.function_name("purge-histories")
@blueprint.timer_trigger(arg_name="timer", schedule=EVERY_HOUR, run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def purge_histories(timer: func.TimerRequest, client: Client) -> None:
    """Delete histories that were begun before HISTORY_DAYS, of failed ones before FAILED_HISTORY_DAYS.

    What runs or waits has another status, so it is never deleted, however old. A failure raises; the next hour deletes
    what was left. Failed ones, which are few, come first.
    """
    with logged_failure("purge-histories"):
        now = await azure_time()
        kept = settings()
        for statuses, days in (([_STATUS.Failed], kept.failed_history_days), (_ENDED_WELL, kept.history_days)):
            if days:
                result = await client.purge_instance_history_by(_BEGINNING, now - timedelta(days=days), statuses)
                _log.info("purged %d histories older than %d days", result.instances_deleted, days)
