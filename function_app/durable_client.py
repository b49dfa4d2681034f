"""The durable client, with its edges taken off: structs as arguments, statuses that are there or not."""

import contextlib
from typing import Any

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus as Status

from orchestrations.contracts import Argument, Orchestration

Client = df.DurableOrchestrationClient
RUNNING = frozenset(
    {
        df.OrchestrationRuntimeStatus.Running,
        df.OrchestrationRuntimeStatus.Pending,
        df.OrchestrationRuntimeStatus.Suspended,
        df.OrchestrationRuntimeStatus.ContinuedAsNew,
    }
)


async def find(client: Client, instance_id: str) -> Status | None:
    """The status of an instance, None if there never was one of this id."""
    status = await client.get_status(instance_id)
    return status or None


async def is_running(client: Client, instance_id: str) -> bool:
    """Whether an instance of this id has not ended yet."""
    status = await find(client, instance_id)
    return status is not None and status.runtime_status in RUNNING


class AlreadyRunningError(Exception):
    """An instance of this id is running, so no other can be started."""


async def start(
    client: Client, orchestration: Orchestration[Argument, Any], instance_id: str, argument: Argument
) -> None:
    """Start an instance, replacing one of this id that has ended. Raises AlreadyRunningError if one is running."""
    try:
        await client.start_new(orchestration.name, instance_id, msgspec.to_builtins(argument))
    except Exception as error:
        # The SDK raises nothing more exact than Exception, whatever the reason was.
        if await is_running(client, instance_id):
            raise AlreadyRunningError(instance_id) from error
        raise


async def start_or_join(
    client: Client, orchestration: Orchestration[Argument, Any], instance_id: str, argument: Argument
) -> None:
    """Start an instance, unless one of this id is running: that one answers for both."""
    with contextlib.suppress(AlreadyRunningError):
        await start(client, orchestration, instance_id, argument)


def runtime_status_of(status: Status) -> str:
    """`Running`, `Completed`, `Failed` and so on."""
    found: Any = status.runtime_status
    return found.value if found else "Unknown"
