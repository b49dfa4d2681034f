"""A blob that Azure gives to nobody without somebody's key counts as one in the archive tier.

Azurite keeps none under such a key, so the answers are those that Azure gives
(https://learn.microsoft.com/azure/storage/blobs/encryption-customer-provided-keys).
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import ContainerClient

from services.blobs import digest_of_blob, read_if_there, write_over

pytestmark = pytest.mark.asyncio


class Container:
    """Answers as Azure does for blobs under another's key, or of which it says something else."""

    def __init__(self) -> None:
        self.code = "BlobUsesCustomerSpecifiedEncryption"
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Refuse whoever has no key, except to delete a blob; what was deleted can be written."""
        self.asked.append(request.method)
        if request.method == "DELETE":
            return web.Response(status=202)
        if request.method == "PUT" and "DELETE" in self.asked:
            return web.Response(status=201, headers={"ETag": '"1"', "Last-Modified": "Fri, 02 Jan 2026 10:10:00 GMT"})
        return web.Response(status=409, headers={"x-ms-error-code": self.code})


@pytest_asyncio.fixture
async def azure() -> AsyncIterator[tuple[Container, ContainerClient]]:
    """The container, and a client of it."""
    container, app = Container(), web.Application()
    app.router.add_route("*", "/{path:.*}", container.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with ContainerClient(f"http://127.0.0.1:{port}/account", "reports", retry_total=0) as client:
        yield container, client
    await runner.cleanup()


async def test_it_is_read_as_nothing_and_can_be_written_over(azure: tuple[Container, ContainerClient]):
    container, client = azure

    assert await read_if_there(client, "a") is None
    assert await digest_of_blob(client, "a") is None
    await write_over(client, "a", b"x")

    assert container.asked[-3:] == ["PUT", "DELETE", "PUT"]


async def test_another_conflict_is_an_error(azure: tuple[Container, ContainerClient]):
    container, client = azure
    container.code = "ContainerBeingDeleted"

    with pytest.raises(HttpResponseError):
        await read_if_there(client, "a")
