import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from local_azure.core.process import CannotStartError
from local_azure.stack.parts import StackPart
from local_azure.stack.supervisor import Supervisor

PARTS = "parts"
FINDS_THEM = {"PYTHONPATH": str(Path(__file__).parent)}


def a_part(name: str, state: Path, module: str = "obedient", after: tuple[str, ...] = ()) -> StackPart:
    return StackPart(name, f"{PARTS}.{module}", ("--state", str(state / name)), after)


@contextlib.asynccontextmanager
async def running(parts: list[StackPart], state: Path, lines: list[str]) -> AsyncGenerator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    supervisor = Supervisor(parts, FINDS_THEM, state / "logs", lines.append)
    task = asyncio.create_task(supervisor.run(stop, ready.set))
    await asyncio.wait_for(ready.wait(), 30)
    yield
    stop.set()
    await asyncio.wait_for(task, 30)


async def eventually(pid_file: Path, other_than: str) -> str:
    async with asyncio.timeout(20):
        while not pid_file.exists() or pid_file.read_text() in ("", other_than):
            await asyncio.sleep(0.02)
    return pid_file.read_text()


async def test_parts_stop_in_the_reverse_order_of_their_start(tmp_path: Path):
    parts = [a_part("storage", tmp_path), a_part("broker", tmp_path, after=("storage",))]
    async with running(parts, tmp_path, []):
        pass
    assert (tmp_path / "stopped").read_text().split() == ["broker", "storage"]


async def test_a_part_that_is_killed_is_started_again(tmp_path: Path):
    lines: list[str] = []
    async with running([a_part("broker", tmp_path)], tmp_path, lines):
        first = (tmp_path / "broker" / "pid").read_text()
        os.kill(int(first), signal.SIGKILL)
        second = await eventually(tmp_path / "broker" / "pid", other_than=first)
        while sum("ready" in line for line in lines) < 2:
            await asyncio.sleep(0.02)
    assert second != first
    assert any("ended (signal 9); starting it again" in line for line in lines)


async def test_a_part_that_cannot_start_stops_the_stack_and_is_named_with_its_reason(tmp_path: Path):
    parts = [a_part("storage", tmp_path), a_part("broker", tmp_path, "refuses", after=("storage",))]
    supervisor = Supervisor(parts, FINDS_THEM, tmp_path / "logs", lambda _: None)
    with pytest.raises(CannotStartError, match=r"(?s)broker cannot go on.*wrong quarter.*broker\.log"):
        await asyncio.wait_for(supervisor.run(asyncio.Event(), lambda: None), 30)
    assert (tmp_path / "stopped").read_text().split() == ["storage"]


async def test_what_a_part_prints_after_its_ready_line_lands_in_its_log(tmp_path: Path):
    async with running([a_part("broker", tmp_path)], tmp_path, []):
        async with asyncio.timeout(10):
            while (tmp_path / "logs" / "broker.log").stat().st_size < 200_000:
                await asyncio.sleep(0.02)
