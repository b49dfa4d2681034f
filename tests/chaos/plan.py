"""The plan of a campaign, from a seed: which part dies, slows down, refuses or meets a full disk, and when."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

from tests.chaos.stack import PROGRAMS, SUPERVISOR, ChaosStack

_SHORT_LIFE = 12.0
"""Seconds in which the same part is not killed twice: the supervisor gives up on one that keeps dying young."""
_FULL_DISK_PARTS = ("amqp", "cosmos", "stream-analytics", "functions")


class Chaos:
    """Does the plan's deeds until it is cancelled, and counts them."""

    def __init__(self, stack: ChaosStack, seed: str) -> None:
        self.kills: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._stack = stack
        self._random = Random(f"{seed}/plan")
        self._last: dict[str, float] = {}

    async def run(self) -> None:
        """One deed after another, 1 to 6 s apart."""
        while True:
            await asyncio.sleep(self._random.uniform(1, 6))
            if not self._stack.runs:
                await asyncio.to_thread(self._stack.start)
            deed = self._random.random()
            if deed < 0.55:
                await self._kill()
            elif deed < 0.95:
                await self._slow_down()
            else:
                await self._fill()

    async def calm(self) -> None:
        """End all faults, and have everything run."""
        if not self._stack.runs:
            await asyncio.to_thread(self._stack.start)
        for part in ("amqp", "cosmos"):
            while not await asyncio.to_thread(self._stack.set_faults, part, {}):
                await asyncio.sleep(0.5)

    async def _kill(self) -> None:
        parts = (*PROGRAMS, *PROGRAMS, SUPERVISOR)
        part = self._random.choice(parts)
        now = asyncio.get_running_loop().time()
        if now - self._last.get(part, -_SHORT_LIFE) < _SHORT_LIFE:
            return
        self._last[part] = now
        if self._stack.kill(part):
            self.kills[part] += 1

    async def _slow_down(self) -> None:
        random = self._random
        amqp: dict[str, Any] = {
            "throttle_rate": random.choice((0, 0.1, 0.5)), "latency_ms": random.choice((0, 20, 300)),
            "detach_rate": random.choice((0, 0.02, 0.1)), "lost_answer_rate": random.choice((0, 0.05, 0.3)),
        }  # fmt: skip
        cosmos: dict[str, Any] = {
            "throttle_rate": random.choice((0, 0.1, 0.5)),
            "latency_ms": random.choice((0, 10, 200)),
        }
        part, faults = random.choice((("amqp", amqp), ("cosmos", cosmos)))
        if await asyncio.to_thread(self._stack.set_faults, part, faults):
            self.faults.update(f"{part} {name}" for name, value in faults.items() if value)

    async def _fill(self) -> None:
        part = self._random.choice(_FULL_DISK_PARTS)
        if self._stack.fill_disk(part):
            self.faults[f"{part} full disk"] += 1
            await asyncio.sleep(2)
            self._stack.kill(part)  # a part that writes nothing would not notice until much later
