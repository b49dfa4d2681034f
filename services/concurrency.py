"""Doing several things at once, and failing with the reason."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

Result = TypeVar("Result")
Other = TypeVar("Other")
Arguments = ParamSpec("Arguments")

LARGE = 32 * 1024
"""Bytes of a body from which it is read on a thread: the worst that a producer may write takes 4 µs a byte."""

_beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")
"""One thread: each that computes may keep the event loop waiting for Python's switch interval, 5 ms if nobody has set
it, whenever it has waited for something."""


async def beside(
    is_large: bool, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """The result of a pure function: of something large on a thread, so that all else goes on meanwhile."""
    if not is_large:
        return work(*args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_beside, _uncollected, partial(work, *args, **kwargs))


def _uncollected(work: Callable[[], Result]) -> Result:
    """Of the values in a body none refers back, and each pass over 300,000 of them stops all threads for 0.3 s."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return work()
    finally:
        if was_on:
            gc.enable()


async def together(coroutines: Iterable[Coroutine[Any, Any, Result]], *, at_once: int | None = None) -> list[Result]:
    """Run coroutines at the same time, at most `at_once` of them; the results in the order of the coroutines.

    The first failure stops the others and is raised itself. A task group raises an exception group, of which durable
    functions and triggers report only the title: the reason would be lost.
    """
    waiting = list(coroutines)
    in_order = iter(enumerate(waiting))
    results: dict[int, Result] = {}

    async def take_turns() -> None:
        for position, coroutine in in_order:
            results[position] = await coroutine

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once or len(waiting), len(waiting))):
                group.create_task(take_turns())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        for _, coroutine in in_order:
            coroutine.close()  # never started; Python would warn of it
    return [results[position] for position in range(len(waiting))]


async def both(first: Coroutine[Any, Any, Result], second: Coroutine[Any, Any, Other]) -> tuple[Result, Other]:
    """Run two coroutines of different results at the same time. The first failure stops the other and is raised."""
    results = await together(cast("list[Coroutine[Any, Any, Any]]", [first, second]))
    return results[0], results[1]


def first_of(error: BaseException) -> BaseException:
    """The first failure of a group, whose title tells nothing; an error that is not a group, itself."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error
