"""Doing several things at once, and failing with the reason."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar, cast

Result = TypeVar("Result")
Other = TypeVar("Other")


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
