"""Asking at a known moment: the question is held at its token, and its time is never later than the question."""

import ssl

import pytest
from azure.eventhub.exceptions import EventHubError

from local_azure.core import connections
from local_azure.core.trust import trusted
from local_azure.stream_analytics.job.inquiry import HeldCredential, Inquirer
from local_azure.stream_analytics.job.project import HubInput
from local_azure.testing import free_port

SCOPE = "amqp://127.0.0.1/store-events"


async def test_the_token_of_the_question_is_held_and_the_one_before_it_is_not():
    happened: list[str] = []
    now = 10

    async def until_the_end() -> None:
        nonlocal now
        happened.append("waited")
        now = 20

    credential = HeldCredential("policy", "a2V5", lambda: now, until_the_end)
    await credential.get_token(SCOPE)
    assert (happened, credential.noted) == ([], 10)
    await credential.get_token(SCOPE)
    assert (happened, credential.noted) == (["waited"], 20)


async def test_a_client_that_fetches_one_token_only_gets_an_earlier_time_and_no_wrong_one():
    credential = HeldCredential("policy", "a2V5", lambda: 10, None)
    assert (await credential.get_token(SCOPE)).token.startswith("SharedAccessSignature ")
    assert credential.noted == 10


def test_a_connection_string_without_a_key_is_refused():
    signed = "Endpoint=sb://127.0.0.1:5672;SharedAccessSignature=SharedAccessSignature x"
    with pytest.raises(ValueError, match="SharedAccessKey"):
        Inquirer(signed, HubInput("events", "store-events", "$Default"), lambda: 0)


async def test_questions_load_the_trusted_certificates_once(monkeypatch: pytest.MonkeyPatch):
    loads = 0

    def load(*_: object, **__: object) -> None:
        nonlocal loads
        loads += 1

    trusted.cache_clear()
    for name in ("load_verify_locations", "load_default_certs"):
        monkeypatch.setattr(ssl.SSLContext, name, load)
    here = connections.namespace(f"127.0.0.1:{free_port()}")
    inquirer = Inquirer(here, HubInput("events", "store-events", "$Default"), lambda: 0)

    for _ in range(2):
        with pytest.raises(EventHubError):  # nobody listens, which the client learns with its certificates in hand
            await inquirer.ask(0)

    assert loads == 1
