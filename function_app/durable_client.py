"""The durable client, with its edges taken off: structs as arguments, statuses that are there or not."""
# pyright: reportUnknownMemberType=false
# The durable SDK is typed in part only.

from typing import Any

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus as Status

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


async def start(client: Client, workflow: str, instance_id: str, argument: msgspec.Struct) -> None:
    """Start an instance, replacing one of this id that has ended."""
    await client.start_new(workflow, instance_id, msgspec.to_builtins(argument))


async def start_once(client: Client, workflow: str, instance_id: str, argument: msgspec.Struct) -> bool:
    """Start an instance that was not found before; False if a twin of this delivery has started it meanwhile."""
    try:
        await start(client, workflow, instance_id, argument)
    except Exception:  # the SDK raises nothing more exact when an instance of this id is running
        if await find(client, instance_id) is None:
            raise
        return False
    return True


def runtime_status_of(status: Status) -> str:
    """`Running`, `Completed`, `Failed` and so on."""
    found: Any = status.runtime_status
    return found.value if found else "Unknown"
