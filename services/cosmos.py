"""The Cosmos containers `events` (the archive) and `cases`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any

from azure.cosmos.aio import ContainerProxy, CosmosClient

from fraud.events import StoreKey, is_event_id
from services import names
from services.clients import CachedClient
from services.credentials import open_credential
from services.settings import settings

MAX_BATCH_OPERATIONS = 100
"""Of a transactional batch (Azure Cosmos DB service quotas)."""
MAX_BATCH_BYTES = 2 * 1024 * 1024
"""Of a request, and of a document."""
MAX_READ_ITEMS = 1_000
"""Ids that `read_items` puts into one query."""

# Seconds. A call that takes longer fails, and the trigger or the workflow that made it tries again later.
_CONNECT_TIMEOUT = 5
_READ_TIMEOUT = 20
_CALL_TIMEOUT = 30


async def _open(resources: AsyncExitStack) -> CosmosClient:
    connection = settings().cosmos
    options: dict[str, Any] = {
        "connection_timeout": _CONNECT_TIMEOUT,
        "read_timeout": _READ_TIMEOUT,
        "timeout": _CALL_TIMEOUT,
        "retry_connect": 2,
        "no_response_on_write": True,
    }
    if connection.connection_string:
        client = CosmosClient.from_connection_string(connection.connection_string, **options)
    else:
        credential = await open_credential(connection, resources)
        client = CosmosClient(connection.address or "", credential=credential, **options)
    # Pushed before it is entered: a client whose first request fails keeps its session open otherwise.
    resources.push_async_callback(client.close)
    await client.__aenter__()
    return client


_client = CachedClient(_open)


async def container(name: str) -> ContainerProxy:
    """A container of the database `fraud`. Raises CosmosHttpResponseError or ServiceRequestError if Cosmos is away."""
    return (await _client.get()).get_database_client(names.DATABASE).get_container_client(name)


async def events() -> ContainerProxy:
    """The archive of every event; partition key `/store_id`, id the event's own."""
    return await container(names.EVENTS_CONTAINER)


async def find_events(ids: Iterable[str], store: StoreKey) -> list[dict[str, Any]]:
    """Those of a store's events that are in the archive, in any order; what is missing is left out without a word.

    What cannot be an id is not asked for. The SDK asks for a single id by its address, in which `a/b` or an empty id
    leads elsewhere: an answer that is an error for ever, where the event just is not there.
    """
    asked = [(event_id, store) for event_id in ids if is_event_id(event_id)]
    return list(await (await events()).read_items(asked)) if asked else []


async def cases() -> ContainerProxy:
    """The cases, one document a suspicious window; partition key `/store_id`, id the window's name."""
    return await container(names.CASES_CONTAINER)
