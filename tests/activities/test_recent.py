"""An answer that serves all who ask within some seconds, whoever has made it."""

import asyncio

import pytest

from activities.recent import RecentAnswer


class Source:
    """Counts how often it is asked; it may fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.takes = 0.01

    async def ask(self) -> int:
        self.asked += 1
        await asyncio.sleep(self.takes)
        if self.fails:
            raise ConnectionError("away")
        return self.asked


async def test_all_who_ask_at_once_are_served_by_one_question():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10)

    assert set(await asyncio.gather(*(recent.get() for _ in range(100)))) == {1}


async def test_what_has_been_changed_is_asked_for_anew_and_the_previous_answer_serves_while_that_takes_long():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10, stale=10)
    before = await recent.get()
    recent.outdate()
    after = await recent.get()
    source.takes = 2
    recent.outdate()

    assert (before, after, await recent.get(), source.asked) == (1, 2, 2, 3)


async def test_an_answer_that_was_being_made_at_a_change_does_not_serve_after_it():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10)
    being_made = asyncio.create_task(recent.get())
    await asyncio.sleep(0)
    recent.outdate()
    await being_made

    assert (await recent.get(), source.asked) == (2, 2)


async def test_an_answer_that_somebody_else_has_made_is_served():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10)
    recent.put(7)

    assert (await recent.get(), source.asked) == (7, 0)


async def test_a_renewed_answer_serves_those_who_come_next():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10)

    assert [await recent.get(), await recent.ask_again(), await recent.get()] == [1, 2, 2]


async def test_a_failure_is_told_to_all_and_is_asked_again_later():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=0.05)
    source.fails = True
    outcomes = await asyncio.gather(recent.get(), recent.get(), return_exceptions=True)
    source.fails = False
    await asyncio.sleep(0.1)

    assert [type(outcome) for outcome in outcomes] == [ConnectionError, ConnectionError]
    assert await recent.get() == 2


async def test_whoever_hangs_up_ends_nobody_elses_question():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=10)
    first = asyncio.create_task(recent.get())
    await asyncio.sleep(0)
    first.cancel()

    assert await recent.get() == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_an_answer_that_is_being_renewed_serves_on_as_long_as_it_may():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=0, stale=10)
    first = await recent.get()
    source.takes = 0.6

    soon = await recent.get()
    meanwhile = await recent.get()
    await asyncio.sleep(0.5)
    source.takes = 0.01

    assert (first, soon, meanwhile) == (1, 1, 1)
    assert await recent.get() == 3


async def test_a_renewal_that_takes_a_moment_is_waited_for():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=0, stale=10)

    assert [await recent.get(), await recent.get()] == [1, 2]


async def test_an_answer_that_is_too_old_serves_nobody():
    source = Source()
    recent = RecentAnswer(source.ask, seconds=0, stale=0.05)
    await recent.get()
    source.takes = 0.6
    await asyncio.sleep(0.1)

    assert await recent.get() == 2
