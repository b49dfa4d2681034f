"""The durable client with a typed interface: typed arguments, a status or None, and exact exceptions."""

import contextlib
import re
from typing import Any
from urllib.parse import quote, urlsplit

import azure.durable_functions as df
import azure.functions as func
import msgspec
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus as Status

from orchestrations.contracts import Argument, Orchestration
from services.settings import settings

_CHOSEN_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A GUID in one of two forms."""

Client = df.DurableOrchestrationClient
RUNNING = frozenset(
    {
        df.OrchestrationRuntimeStatus.Running,
        df.OrchestrationRuntimeStatus.Pending,
        df.OrchestrationRuntimeStatus.Suspended,
        df.OrchestrationRuntimeStatus.ContinuedAsNew,
    }
)


async def find(client: Client, instance_id: str, *, show_input: bool = False) -> Status | None:
    """The status of an instance, with its input if that is asked for. None if none of this id ever existed."""
    # The SDK does not escape the id in its URL.
    status = await client.get_status(quote(instance_id, safe=""), show_input=show_input)
    return status or None


async def find_restarted(client: Client, orchestration: Orchestration[Any, Any], instance_id: str) -> Status | None:
    """An instance under an id that the durable extension chose, as it does when one is restarted; None if absent.

    The id of another orchestration's instance is not found.
    """
    if not _CHOSEN_ID.fullmatch(instance_id):
        return None
    status = await find(client, instance_id)
    return status if status and status.name == orchestration.name else None


async def find_named(
    client: Client, orchestration: Orchestration[Any, Any], instance_id: str, *, is_ours: bool
) -> Status | None:
    """An instance by its id: one that this app computed (`is_ours`), or of a restart. None if absent."""
    if is_ours:
        return await find(client, instance_id)
    return await find_restarted(client, orchestration, instance_id)


async def is_running(client: Client, instance_id: str) -> bool:
    """True if an instance of this id has not ended yet."""
    status = await find(client, instance_id)
    return status is not None and status.runtime_status in RUNNING


class AlreadyRunningError(Exception):
    """An instance of this id is running, so no other can be started."""


async def start(
    client: Client, orchestration: Orchestration[Argument, Any], instance_id: str, argument: Argument
) -> None:
    """Start an instance, replacing one of this id that has ended. Raises AlreadyRunningError if one is running."""
    for last in (False, False, True):
        try:
            await client.start_new(orchestration.name, instance_id, msgspec.to_builtins(argument))
        except Exception as error:
            # The SDK raises nothing more exact than Exception, whatever the reason was.
            if await is_running(client, instance_id):
                raise AlreadyRunningError(instance_id) from error
            if last:
                raise
            # Another start was faster, and its instance has ended since: this one can be started now.
        else:
            return


async def start_once(
    client: Client, orchestration: Orchestration[Argument, Any], instance_id: str, argument: Argument
) -> None:
    """Start an instance unless one of this id exists, in any state."""
    if await find(client, instance_id) is None:
        await start_or_join(client, orchestration, instance_id, argument)


async def start_or_join(
    client: Client, orchestration: Orchestration[Argument, Any], instance_id: str, argument: Argument
) -> None:
    """Start an instance, unless one of this id is running: that one answers for both."""
    with contextlib.suppress(AlreadyRunningError):
        await start(client, orchestration, instance_id, argument)


def accepted(client: Client, request: func.HttpRequest, path: str, instance_id: str) -> func.HttpResponse:
    """202 with the id and the address of its status at the app's own HTTP endpoint.

    The durable extension's own addresses hold the key of the whole task hub: they are given only if a setting says so.
    """
    if settings().management_urls:
        return client.create_check_status_response(request, instance_id)
    parts = urlsplit(request.url)
    address = f"{parts.scheme}://{parts.netloc}/{path}/{instance_id}"
    headers = {"Location": address, "Retry-After": "10"}
    content = msgspec.json.encode({"id": instance_id, "statusQueryGetUri": address})
    return func.HttpResponse(content, status_code=202, mimetype="application/json", headers=headers)


def runtime_status_of(status: Status) -> str:
    """`Running`, `Completed`, `Failed` and so on."""
    return status.runtime_status.value if status.runtime_status else "Unknown"


def management_address(client: Client) -> str:
    """The base address of the durable management API: on Azure as here, a port of the host's own machine.

    The SDK builds its own requests from it, and does not expose it.
    """
    bindings = client._orchestration_bindings  # pyright: ignore[reportPrivateUsage]
    assert bindings.rpc_base_url, "the durable extension gives it since version 2"  # noqa: S101
    return bindings.rpc_base_url
