"""Credentials of identity-based connections: `NAME__credential`, `NAME__clientId`, or whoever is logged in."""

from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

from local_azure.functions_host.settings import ServiceConnection


def credential_for(connection: ServiceConnection) -> DefaultAzureCredential | ManagedIdentityCredential:
    """The identity that a connection names, as the extensions choose it."""
    client_id = connection.properties.get("clientid")
    if connection.properties.get("credential", "").lower() == "managedidentity":
        return ManagedIdentityCredential(client_id=client_id)
    return DefaultAzureCredential()
