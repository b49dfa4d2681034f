"""Of the SDKs only what goes wrong reaches the app's logs: on Azure each row is kept, and paid for."""

import logging

import pytest
from azure.core.exceptions import AzureError
from azure.cosmos.aio import CosmosClient
from azure.storage.blob.aio import BlobServiceClient

import function_app
from services.settings import settings


@pytest.fixture(autouse=True)
def as_the_worker_logs(caplog: pytest.LogCaptureFixture) -> None:
    """The Functions worker sets the root logger to INFO and hands all of it to the host (dispatcher.py)."""
    assert function_app.app
    caplog.set_level(logging.INFO)


@pytest.mark.asyncio
async def test_a_request_to_blobs_leaves_no_line(caplog: pytest.LogCaptureFixture):
    connection = settings().warehouse.connection_string or ""
    async with BlobServiceClient.from_connection_string(connection, retry_total=0) as client:
        with pytest.raises(AzureError):
            await client.get_service_properties()

    assert caplog.records == []


@pytest.mark.asyncio
async def test_a_request_to_cosmos_leaves_no_line(caplog: pytest.LogCaptureFixture):
    client = CosmosClient.from_connection_string(settings().cosmos.connection_string or "", retry_total=0)
    with pytest.raises(AzureError):
        await client.__aenter__()
    await client.close()

    assert caplog.records == []


def test_what_an_sdk_warns_of_stays_in_the_logs(caplog: pytest.LogCaptureFixture):
    logging.getLogger("azure.eventhub").warning("a link was detached")

    assert [record.message for record in caplog.records] == ["a link was detached"]
