"""Runs an orchestration in this process at once: its real generator, and the activities as the app registers them.

The durable engine itself is tested elsewhere; here it would take most of the time. A timer fires when everything else
has been done, so that the test can let late events arrive first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.support.app_index import indexed_functions

Awaited = Callable[[], Awaitable[Any]]


class _Task:
    def __init__(self, run: Awaited) -> None:
        self.run = run


class InlineContext:
    """The part of the durable context that our orchestrations use. `on_timer` is awaited at each timer."""

    def __init__(self, on_timer: Callable[[], Awaitable[None]]) -> None:
        self.current_utc_datetime = datetime(2026, 1, 1, tzinfo=UTC)
        self._on_timer = on_timer

    def set_custom_status(self, status: object) -> None:
        """Only people read it."""
        msgspec.json.encode(status)

    def call_activity_with_retry(self, name: str, _retry: object, argument: object) -> _Task:
        """The registered function; what it is given and gives passes through JSON, as in the engine."""
        text = msgspec.json.encode(argument)

        async def run() -> Any:
            result = await indexed_functions()[name].call(argument=msgspec.json.decode(text))
            return msgspec.json.decode(msgspec.json.encode(result))

        return _Task(run)

    def task_all(self, tasks: list[_Task]) -> _Task:
        """All at once; their results in order."""

        async def run() -> Any:
            return list(await asyncio.gather(*(task.run() for task in tasks)))

        return _Task(run)

    def create_timer(self, due: datetime) -> _Task:
        """Time passes as soon as somebody waits for it."""

        async def run() -> None:
            await self._on_timer()
            self.current_utc_datetime = max(self.current_utc_datetime, due)

        return _Task(run)


async def run_inline(
    function: Callable[[Any, Any], Generator[Any, Any, Any]], argument: object, on_timer: Callable[[], Awaitable[None]]
) -> Any:
    """The result of an orchestration."""
    workflow = function(InlineContext(on_timer), argument)
    answer: Any = None
    while True:
        try:
            task = workflow.send(answer)
        except StopIteration as end:
            return end.value
        answer = await task.run()
