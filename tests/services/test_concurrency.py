import asyncio

import pytest

from services.concurrency import together


async def test_all_is_done_at_once():
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
