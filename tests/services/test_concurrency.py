import asyncio
import gc
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from services.concurrency import beside, together


async def test_without_a_bound_every_coroutine_runs_while_the_others_wait():
    meeting = asyncio.Barrier(3)

    async def meet() -> None:
        await meeting.wait()

    await asyncio.wait_for(together(meet() for _ in range(3)), timeout=5)


async def test_the_first_failure_is_raised_itself_and_stops_the_others():
    stopped = asyncio.Event()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ConnectionError("the service is away")

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(ConnectionError, match="the service is away"):
        await together([fail(), wait_for_ever()])
    assert stopped.is_set()


async def test_results_come_in_order_and_no_more_run_than_are_allowed():
    running = most = 0

    async def double(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001 * (number % 3))
        running -= 1
        return 2 * number

    assert await together((double(number) for number in range(20)), at_once=4) == list(range(0, 40, 2))
    assert most == 4
    assert await together([double(1)], at_once=4) == [2]
    no_coroutines: list[Coroutine[Any, Any, int]] = []
    assert await together(no_coroutines, at_once=4) == []


@pytest.mark.filterwarnings("error:coroutine .* was never awaited")
async def test_after_a_failure_nothing_is_started_and_nothing_goes_on():
    finished: list[int] = []

    async def work(number: int) -> None:
        if number == 1:
            raise ConnectionError("the service is away")
        await asyncio.sleep(0.01)
        finished.append(number)

    with pytest.raises(ConnectionError):
        await together([work(number) for number in range(10)], at_once=2)
    await asyncio.sleep(0.03)
    assert finished == []


async def test_large_work_goes_on_beside_the_event_loop_and_small_work_costs_no_thread():
    loop_went_on = threading.Event()

    def work(number: int) -> tuple[int, bool]:
        return number, loop_went_on.wait(5)

    working = asyncio.create_task(beside(True, work, 7))
    await asyncio.sleep(0)
    loop_went_on.set()

    assert await working == (7, True)
    assert await beside(False, threading.current_thread) is threading.main_thread()


async def test_what_large_work_raises_is_raised():
    with pytest.raises(ValueError, match="seven"):
        await beside(True, int, "seven")
    assert gc.isenabled()


async def test_large_work_is_not_stopped_by_the_collector_which_goes_on_afterwards():
    assert await beside(True, gc.isenabled) is False
    assert gc.isenabled()
