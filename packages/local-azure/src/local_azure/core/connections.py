"""The connection strings of the local parts, in the forms that Microsoft's emulators and Azurite have.

An address is `HOST:PORT`. Microsoft publishes the keys: they open nothing but this machine's loopback.
"""

COSMOS_KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
_BLOB_ACCOUNT = "devstoreaccount1"
_BLOB_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def blobs(address: str) -> str:
    """Azurite's one account."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={_BLOB_ACCOUNT};AccountKey={_BLOB_KEY};"
        f"BlobEndpoint=http://{address}/{_BLOB_ACCOUNT};"
    )


def namespace(address: str) -> str:
    """A namespace of Event Hubs or Service Bus."""
    return (
        f"Endpoint=sb://{address};SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


def cosmos(address: str) -> str:
    """A Cosmos account."""
    return f"AccountEndpoint=http://{address}/;AccountKey={COSMOS_KEY};"
