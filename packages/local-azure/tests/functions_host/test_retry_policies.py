"""Retry policies of functions, and what a function sees of its retries."""

import asyncio
import dataclasses
from typing import Any

import pytest

from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.context import Context
from local_azure.functions_host.invocation.durable_clients import DurableClients
from local_azure.functions_host.invocation.invoker import HostStoppingError, Invoker
from local_azure.functions_host.invocation.retry import FOREVER, RetryPolicy
from local_azure.functions_host.invocation.user_loop import UserLoop
from tests.functions_host.functions import a_caller, a_function


def policy(**settings: str) -> RetryPolicy:
    return RetryPolicy.parse(settings)


def test_a_fixed_delay_is_the_same_each_time():
    fixed = policy(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    assert [fixed.delay(retry) for retry in (1, 2, 3)] == [10, 10, 10]
    assert [fixed.allows(retry) for retry in (1, 3, 4)] == [True, True, False]


def test_back_off_doubles_up_to_its_maximum():
    backing_off = policy(
        strategy="exponential_backoff",
        max_retry_count="-1",
        minimum_interval="00:00:01",
        maximum_interval="00:00:05",
    )
    assert [backing_off.delay(retry) for retry in (1, 2, 3, 4, 1000)] == [1, 2, 4, 5, 5]
    assert backing_off.allows(10**9)


@pytest.mark.parametrize(
    "settings",
    [
        {"strategy": "fixed_delay", "max_retry_count": "-2", "delay_interval": "00:00:01"},
        {"strategy": "fixed_delay", "max_retry_count": "many", "delay_interval": "00:00:01"},
        {"strategy": "fixed_delay", "max_retry_count": "1"},
        {"strategy": "guess", "max_retry_count": "1"},
        {
            "strategy": "exponential_backoff",
            "max_retry_count": "1",
            "minimum_interval": "00:00:09",
            "maximum_interval": "00:00:01",
        },
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(settings: dict[str, str]):
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        policy(**settings)


def _failing(times: int, seen: list[Context], retries: int) -> Function:
    def call(value: object, context: Context) -> None:
        seen.append(context)
        if len(seen) <= times:
            raise ValueError(f"attempt {len(seen)}")

    plain: Any = a_function("timerTrigger", call)
    return Function(
        name=plain.name,
        call=call,
        directory=".",
        trigger=plain.trigger,
        needs_context=True,
        retry=RetryPolicy(retries, 0, 0),
    )


async def test_a_function_is_tried_again_until_it_succeeds():
    seen: list[Context] = []
    assert await a_caller(_failing(2, seen, FOREVER)).succeeds(object)
    assert [context.retry_context.retry_count for context in seen] == [0, 1, 2]
    assert seen[1].retry_context.exception is not None
    assert seen[1].retry_context.exception.message == "ValueError: attempt 1"
    assert len({context.invocation_id for context in seen}) == 3


async def test_a_function_is_given_up_after_its_last_retry():
    seen: list[Context] = []
    assert not await a_caller(_failing(9, seen, 2)).succeeds(object)
    assert len(seen) == 3


async def test_a_host_that_stops_between_two_attempts_does_not_count_the_work_as_done():
    seen: list[Context] = []
    slow = dataclasses.replace(_failing(9, seen, FOREVER), retry=RetryPolicy(FOREVER, 60, 60))
    invoker = Invoker(UserLoop(), None)
    waiting = asyncio.create_task(Caller(slow, invoker, DurableClients()).succeeds(object))
    while not seen:
        await asyncio.sleep(0.01)
    invoker.stopping.set()
    with pytest.raises(HostStoppingError):
        await asyncio.wait_for(waiting, 5)


async def test_a_value_that_cannot_be_made_is_said_and_not_tried_again(caplog: pytest.LogCaptureFixture):
    """Each attempt would end the same, and what comes behind it would wait for ever."""
    function = dataclasses.replace(a_function("eventHubTrigger"), retry=RetryPolicy(FOREVER, 1, 1))

    def unreadable() -> object:
        raise TypeError("sequence item 0: expected a bytes-like object, list found")

    assert not await asyncio.wait_for(a_caller(function).succeeds(unreadable), 5)
    assert "expected a bytes-like object" in caplog.text
