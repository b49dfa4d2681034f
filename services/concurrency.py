"""Doing several things at once, and failing with the reason."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all at once. The first failure stops the others and is raised itself.

    A task group raises a group, and durable functions and triggers report only its title: the reason would be lost.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
