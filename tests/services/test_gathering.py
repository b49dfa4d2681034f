"""Small requests that come while another runs are asked together, and each gets its own answer or its own failure."""

import asyncio
from collections.abc import Sequence

import pytest

from services.gathering import Gathering


class Service:
    """Doubles numbers; keeps what it was asked for at once. It refuses 13."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def double(self, asked: Sequence[list[int]]) -> list[list[int]]:
        together = [number for numbers in asked for number in numbers]
        self.asked.append(together)
        await asyncio.sleep(0.001)
        if 13 in together:
            raise OSError("13")
        return [[2 * number for number in numbers] for numbers in asked]


def gathering(service: Service) -> Gathering[list[int], list[int]]:
    return Gathering(service.double, size=len, most=6, kind=lambda asked: asked[0] >= 100)


async def test_what_comes_while_a_request_runs_goes_along_in_the_next():
    service = Service()
    gathered = gathering(service)

    answers = await asyncio.gather(*(gathered.ask([number, number + 20]) for number in range(5)))

    assert answers == [[2 * number, 2 * number + 40] for number in range(5)]
    # All five had come before the first request ran: three have room in it.
    assert [len(asked) for asked in service.asked] == [6, 4]
    assert await gathered.ask([50]) == [100]


async def test_kinds_are_apart_and_what_is_large_goes_alone():
    service = Service()
    gathered = gathering(service)

    await asyncio.gather(gathered.ask([1]), gathered.ask([100]), gathered.ask([2]), gathered.ask([1, 2, 3, 4]))

    assert sorted(service.asked) == [[1, 2], [1, 2, 3, 4], [100]]


async def test_who_asks_for_what_is_refused_is_alone_with_it():
    service = Service()
    gathered = gathering(service)

    answers = await asyncio.gather(gathered.ask([1]), gathered.ask([13]), gathered.ask([2]), return_exceptions=True)

    assert [answers[0], answers[2]] == [[2], [4]]
    assert isinstance(answers[1], OSError)
    with pytest.raises(OSError, match="13"):
        await gathered.ask([13])


async def test_who_gives_up_takes_nobody_along():
    service = Service()
    gathered = gathering(service)
    impatient = asyncio.create_task(gathered.ask([1]))
    patient = asyncio.create_task(gathered.ask([2]))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == [4]
    assert await gathered.ask([3]) == [6]


async def test_nobody_waits_for_a_request_that_was_cancelled_within():
    cancelled: list[int] = []

    async def cancel_at_first(asked: Sequence[list[int]]) -> list[list[int]]:
        await asyncio.sleep(0)
        if len(asked) > 1:
            cancelled.append(len(asked))
            raise asyncio.CancelledError
        return [*asked]

    gathered = Gathering(cancel_at_first, size=len, most=6)

    async with asyncio.timeout(1):
        assert await asyncio.gather(gathered.ask([1]), gathered.ask([2])) == [[1], [2]]
        assert await gathered.ask([3]) == [3]
    assert cancelled == [2]


async def test_a_request_that_hangs_holds_up_nobody_but_who_asked_it():
    released = asyncio.Event()

    async def hang_at_first(asked: Sequence[int]) -> list[int]:
        if 0 in asked:
            await released.wait()
        return [2 * number for number in asked]

    gathered = Gathering(hang_at_first, size=lambda _: 1, most=10, patience=0.01)
    hanging = asyncio.create_task(gathered.ask(0))
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        assert await asyncio.gather(gathered.ask(1), gathered.ask(2)) == [2, 4]
        assert await gathered.ask(3) == 6
    assert not hanging.done()

    released.set()
    assert await hanging == 0
    assert await gathered.ask(4) == 8
