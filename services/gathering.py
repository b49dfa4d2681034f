"""Small requests that are asked together: those that come while one of their kind runs wait for the next.

Windows of one end are judged at the same time, and ask the archive for the same kinds of things. A request costs a few
milliseconds of CPU at both ends, however little it asks for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

PATIENCE = 10.0
"""Seconds that a request may take before others wait for it no longer: longer than under load."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Waiting(Generic[Asked, Answer]):
    """A request that waits for its turn; None as its answer says that it is to be asked alone."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

    def tell(self, answer: Answer | None) -> None:
        """Give the answer, unless there is one or the caller has gone."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Gathering(Generic[Asked, Answer]):
    """Requests of one event loop that are sent together.

    `ask_all` gives the answers to some requests of one `kind`, in their order; None is not an answer. `size` says how
    much a request asks for, and at most `most` is asked for at once. A request for more than half of that goes alone,
    and so does one that has waited for `patience` seconds behind a request that hangs.
    """

    def __init__(
        self,
        ask_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]],
        *,
        size: Callable[[Asked], int],
        most: int,
        kind: Callable[[Asked], Hashable] = lambda _: None,
        patience: float = PATIENCE,
    ) -> None:
        self._ask_all = ask_all
        self._size = size
        self._most = most
        self._kind = kind
        self._patience = patience
        self._waiting: dict[Hashable, list[_Waiting[Asked, Answer]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked) -> Answer:
        """The answer to a request. Raises what `ask_all` raises for this request alone."""
        if 2 * self._size(asked) > self._most:
            return await self._ask_alone(asked)
        waiting = _Waiting[Asked, Answer](asked)
        kind = self._kind(asked)
        if kind in self._waiting:
            self._waiting[kind].append(waiting)
        else:
            self._waiting[kind] = [waiting]
            # A task of its own: a caller that is cancelled must not cancel what others wait for.
            task = asyncio.create_task(self._run(kind))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        answer = await waiting.answer
        return await self._ask_alone(asked) if answer is None else answer

    async def _ask_alone(self, asked: Asked) -> Answer:
        (answer,) = await self._ask_all([asked])
        return answer

    async def _run(self, kind: Hashable) -> None:
        """Ask until nothing of a kind waits any more."""
        waiting: list[_Waiting[Asked, Answer]] = []
        try:
            while waiting := self._next(self._waiting[kind]):
                asking = asyncio.ensure_future(self._answers(waiting))
                try:
                    while not (await asyncio.wait({asking}, timeout=self._patience))[0]:
                        self._release(kind)
                finally:
                    asking.cancel()
                for each, answer in zip(waiting, asking.result(), strict=True):
                    each.tell(answer)
        finally:
            # No request may wait for a task that has ended, however it ended.
            for each in (*waiting, *self._waiting.pop(kind)):
                each.tell(None)

    def _release(self, kind: Hashable) -> None:
        for each in self._waiting[kind]:
            each.tell(None)
        self._waiting[kind].clear()

    def _next(self, waiting: list[_Waiting[Asked, Answer]]) -> list[_Waiting[Asked, Answer]]:
        sizes = accumulate(self._size(each.asked) for each in waiting)
        taken = waiting[: sum(size <= self._most for size in sizes)]
        del waiting[: len(taken)]
        return taken

    async def _answers(self, waiting: Sequence[_Waiting[Asked, Answer]]) -> Sequence[Answer | None]:
        try:
            answers = await self._ask_all([each.asked for each in waiting])
            if len(answers) == len(waiting):
                return answers
        except Exception as problem:  # noqa: BLE001 - raised where it was asked
            if len(waiting) == 1 and not waiting[0].answer.done():
                waiting[0].answer.set_exception(problem)
        # Each is asked once more, alone, and raises its own.
        return [None] * len(waiting)
