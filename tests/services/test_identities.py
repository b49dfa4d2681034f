"""The app's way with identities, as far as it goes on one machine: up to the first connection that must be TLS.

App Service gives a process an address that hands out tokens of its identity. One stands here in its place, over the
SDK's own client, and every connection is set as infra/modules/function-app.bicep sets it. Blob and Cosmos ask for their
token first, and then for a connection that no part on this machine can take; the brokers' clients open theirs first.
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from aiohttp import web
from azure.core.exceptions import ServiceRequestError
from azure.eventhub.exceptions import ConnectError
from azure.servicebus.exceptions import ServiceBusError

from local_azure.testing import serving
from services import blobs, cosmos, event_hub, service_bus
from services.clients import close_clients
from services.connections import Connection
from services.credentials import open_credential
from services.settings import settings

IDENTITY, HEADER = "11111111-2222-3333-4444-555555555555", "the process's own"
NOWHERE = "127.0.0.1:9"
"""Nothing listens here, and nothing on this machine would with a certificate."""
ADDRESSES = {
    "AzureWebJobsStorage__blobServiceUri": f"https://{NOWHERE}/",
    "Warehouse__blobServiceUri": f"https://{NOWHERE}/",
    "EventHubs__fullyQualifiedNamespace": NOWHERE,
    "ServiceBus__fullyQualifiedNamespace": NOWHERE,
    "Cosmos__accountEndpoint": f"https://{NOWHERE}/",
}
pytestmark = pytest.mark.asyncio(loop_scope="module")


class AppService:
    """The address of the identity: what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def give(self, request: web.Request) -> web.Response:
        if request.headers.get("X-IDENTITY-HEADER") != HEADER:
            return web.Response(status=401)
        self.asked.append((request.query["resource"], request.query["client_id"]))
        token = {"access_token": "a.b.c", "expires_on": str(int(time.time()) + 3_600), "token_type": "Bearer"}
        return web.json_response({**token, "resource": request.query["resource"]})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app_service() -> AsyncIterator[AppService]:
    """The settings of an app on Azure, and the address of its identity."""
    identity = AppService()
    app = web.Application()
    app.router.add_get("/msi/token", identity.give)
    async with serving(app) as address:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
            patch.setenv("IDENTITY_HEADER", HEADER)
            for setting, where in ADDRESSES.items():
                name = setting.partition("__")[0]
                patch.delitem(os.environ, name)
                patch.setenv(setting, where)
                patch.setenv(f"{name}__credential", "managedidentity")
                patch.setenv(f"{name}__clientId", IDENTITY)
            patch.setitem(blobs._RETRIES, "retry_total", 0)  # pyright: ignore[reportPrivateUsage] # it waits for seconds
            settings.cache_clear()
            await close_clients()
            yield identity
            await close_clients()
    settings.cache_clear()


async def ask_cosmos() -> object:
    return await (await cosmos.cases()).read()


async def ask_warehouse() -> object:
    return await (await blobs.warehouse("reports")).get_container_properties()


async def ask_jobs_storage() -> object:
    return await (await blobs.workflow_data()).get_container_properties()


Ask = Callable[[], Awaitable[object]]
AFTER_ITS_TOKEN: dict[str, tuple[Ask, str, type[Exception]]] = {
    "warehouse": (ask_warehouse, "https://storage.azure.com", ServiceRequestError),
    "jobs storage": (ask_jobs_storage, "https://storage.azure.com", ServiceRequestError),
    "Cosmos": (ask_cosmos, "https://127.0.0.1", ServiceRequestError),
}
BEFORE_ITS_TOKEN: dict[str, tuple[Ask, type[Exception]]] = {
    "the hub": (event_hub.ask, ConnectError),
    "the queue": (service_bus.look_at_queue, ServiceBusError),
}


@pytest.mark.parametrize(("ask", "resource", "problem"), AFTER_ITS_TOKEN.values(), ids=AFTER_ITS_TOKEN.keys())
async def test_a_service_is_asked_with_a_token_of_the_apps_own_identity(
    app_service: AppService, ask: Ask, resource: str, problem: type[Exception]
):
    app_service.asked.clear()

    with pytest.raises(problem):
        await ask()

    assert set(app_service.asked) == {(resource, IDENTITY)}


@pytest.mark.parametrize(("ask", "problem"), BEFORE_ITS_TOKEN.values(), ids=BEFORE_ITS_TOKEN.keys())
async def test_a_broker_is_asked_for_a_connection_first(app_service: AppService, ask: Ask, problem: type[Exception]):
    app_service.asked.clear()

    with pytest.raises(problem):
        await ask()

    assert app_service.asked == []


@pytest.mark.parametrize("scope", ["https://eventhubs.azure.net/.default", "https://servicebus.azure.net/.default"])
async def test_the_identity_gives_a_token_for_the_brokers_too(app_service: AppService, scope: str):
    app_service.asked.clear()

    async with AsyncExitStack() as resources:
        credential = await open_credential(settings().event_hubs, resources)
        token = await credential.get_token(scope)

    assert token.token == "a.b.c"
    assert app_service.asked == [(scope.removesuffix("/.default"), IDENTITY)]


async def test_a_token_is_never_sent_without_tls(app_service: AppService, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("Warehouse__blobServiceUri", f"http://{NOWHERE}/")
    settings.cache_clear()
    await close_clients()
    app_service.asked.clear()

    with pytest.raises(ValueError, match="only supported with HTTPS"):
        await ask_warehouse()

    assert app_service.asked == []
    await close_clients()
    settings.cache_clear()


async def test_an_address_without_an_identity_is_opened_by_whoever_is_logged_in(app_service: AppService):
    connection = Connection(name="Warehouse", address=f"https://{NOWHERE}/", client_id=IDENTITY)
    app_service.asked.clear()

    async with AsyncExitStack() as resources:
        credential = await open_credential(connection, resources)
        token = await credential.get_token("https://storage.azure.com/.default")

    assert token.token == "a.b.c"
    assert app_service.asked == [("https://storage.azure.com", IDENTITY)]
