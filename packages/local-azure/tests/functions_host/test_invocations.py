"""User code may do nothing to the host."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.context import Invocation
from local_azure.functions_host.invocation.invoker import InvocationError, Invoker
from local_azure.functions_host.invocation.user_loop import UserLoop
from tests.functions_host.functions import a_function


def _function(call: Callable[..., Any], *, is_async: bool = False) -> Function:
    plain = a_function("httpTrigger", call)
    return Function(name="it", call=call, directory=".", trigger=plain.trigger, returns="http", is_async=is_async)


async def _run(function: Function, seconds: float | None = None) -> Any:
    return await Invoker(UserLoop(), seconds).invoke(function, {}, Invocation())


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), StopIteration(), TimeoutError()],
)
@pytest.mark.parametrize("is_async", [False, True])
async def test_whatever_a_function_raises_is_its_own_failure(error: BaseException, is_async: bool):
    def fails() -> None:
        raise error

    async def fails_later() -> None:
        await asyncio.sleep(0)
        raise error

    function = _function(fails_later if is_async else fails, is_async=is_async)
    with pytest.raises(InvocationError, match=type(error).__name__):
        await _run(function)


async def test_a_function_that_blocks_its_loop_does_not_block_the_host():
    ticked = threading.Event()

    async def blocks() -> bool:
        return ticked.wait(30)  # the mistake that the host must survive

    running = asyncio.create_task(_run(_function(blocks, is_async=True)))
    for _ in range(10):
        await asyncio.sleep(0.01)
    assert not running.done()
    ticked.set()
    assert await running is True


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_function_that_takes_too_long_fails(is_async: bool):
    released = threading.Event()

    async def slow_async() -> None:
        await asyncio.sleep(60)

    function = _function(slow_async if is_async else lambda: released.wait(60), is_async=is_async)
    with pytest.raises(InvocationError, match="functionTimeout"):
        await _run(function, seconds=0.1)
    released.set()


async def test_a_failure_shows_only_the_apps_own_frames():
    def fails() -> None:
        raise ValueError("x")

    with pytest.raises(InvocationError) as caught:
        await _run(_function(fails))
    trace = caught.value.cause.__traceback__
    assert trace is not None
    assert trace.tb_frame.f_code.co_name == "fails"


async def test_a_value_that_nobody_expects_is_a_failure():
    plain = a_function("timerTrigger", lambda: 42)
    with pytest.raises(InvocationError, match="return"):
        await _run(Function(name="it", call=plain.call, directory=".", trigger=plain.trigger))
