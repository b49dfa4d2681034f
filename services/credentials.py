"""The identity that opens a connection which has an address instead of a connection string."""

from contextlib import AsyncExitStack

from azure.core.credentials_async import AsyncTokenCredential

from services.connections import Connection


async def open_credential(connection: Connection, resources: AsyncExitStack) -> AsyncTokenCredential:
    """The credential of `connection`, closed with `resources`.

    `__credential=managedidentity` takes the app's managed identity and nothing else; without it, DefaultAzureCredential
    looks for one (environment, managed identity, the developer's own login).
    """
    # Imported here: its crypto libraries cost 0.2 s and 15 MB, which a process with connection strings never needs.
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential  # noqa: PLC0415

    if connection.managed_identity:
        return await resources.enter_async_context(ManagedIdentityCredential(client_id=connection.client_id))
    return await resources.enter_async_context(DefaultAzureCredential(managed_identity_client_id=connection.client_id))
