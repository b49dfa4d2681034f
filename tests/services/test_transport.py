"""The transport of the clients heeds the environment's proxy without asking for it at every request."""

import pytest

from services.transport import http_transport


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
