"""The clients heed the environment's proxy and trust the machine's certificates without looking them up each time."""

import ssl

import pytest
from azure.eventhub.exceptions import EventHubError

from services import event_hub
from services.clients import close_clients
from services.transport import http_transport, trusted


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def heeds_the_environment() -> object:
    transport = http_transport(connection_timeout=5, read_timeout=20)
    return transport._use_env_settings  # pyright: ignore[reportPrivateUsage]


def test_without_a_proxy_requests_do_not_ask_for_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "localhost")

    assert heeds_the_environment() is False


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")

    assert heeds_the_environment() is True


async def test_questions_to_the_hub_load_the_trusted_certificates_once(monkeypatch: pytest.MonkeyPatch):
    loads = 0

    def load(*_: object, **__: object) -> None:
        nonlocal loads
        loads += 1

    trusted.cache_clear()
    for name in ("load_verify_locations", "load_default_certs"):
        monkeypatch.setattr(ssl.SSLContext, name, load)

    with pytest.raises(EventHubError):  # nobody listens; the client tries three times, with its certificates in hand
        await event_hub.ask()
    await close_clients()

    assert loads == 1
