"""Azurite's one account. Microsoft publishes its key; it opens nothing but this machine's loopback."""

from local_azure.process import LOOPBACK

ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def connection_string(port: int) -> str:
    """How a client reaches the blob service on this port."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={_KEY};"
        f"BlobEndpoint=http://{LOOPBACK}:{port}/{ACCOUNT};"
    )
