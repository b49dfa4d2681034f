"""Keeps the parts running: starts them in order, restarts one that dies, stops them in reverse order."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from local_azure.core.process import LOOPBACK, SUPERVISED, CannotStartError
from local_azure.stack.parts import StackPart

_READY_SECONDS = 60.0
_STOP_SECONDS = 20.0
_SHORT_LIFE_SECONDS = 10.0
_MAX_SHORT_LIVES = 5
_CANNOT_START = 2
_LOG_TAIL_LINES = 5
_LOG_LINE_LENGTH = 300
_CHUNK_BYTES = 65_536


class Supervisor:
    """Runs `parts` with `environment`, each logging to `logs/NAME.log`; tells `report` in one line per event."""

    def __init__(
        self, parts: list[StackPart], environment: Mapping[str, str], logs: Path, report: Callable[[str], None]
    ) -> None:
        self._parts = parts
        self._environment = {**os.environ, **environment, SUPERVISED: "1", "PYTHONUNBUFFERED": "1"}
        self._logs = logs
        self._report = report
        self._ready = {part.name: asyncio.Event() for part in parts}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = False

    def processes(self) -> dict[str, int]:
        """The process of each part that runs now."""
        return {name: process.pid for name, process in self._running.items() if process.returncode is None}

    async def run(self, stop: asyncio.Event, when_ready: Callable[[], None]) -> None:
        """Run every part until `stop` is set. Raises CannotStartError, naming it, if a part cannot go on."""
        self._logs.mkdir(parents=True, exist_ok=True)
        keepers = [asyncio.create_task(self._keep(part), name=part.name) for part in self._parts]
        all_ready = asyncio.create_task(self._all_ready(when_ready))
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({stopped, *keepers}, return_when=asyncio.FIRST_COMPLETED)
            for keeper in done - {stopped}:
                await keeper
        finally:
            all_ready.cancel()
            stopped.cancel()
            await self._stop_all(keepers)

    async def _all_ready(self, when_ready: Callable[[], None]) -> None:
        for ready in self._ready.values():
            await ready.wait()
        when_ready()

    async def _keep(self, part: StackPart) -> None:
        """Start the part whenever it is not running. Raises CannotStartError if it cannot go on."""
        for name in part.after:
            await self._ready[name].wait()
        short_lives = 0
        while not self._stopping:
            started = time.monotonic()
            code = await self._run_once(part, started)
            if self._stopping:
                return
            short_lives = short_lives + 1 if time.monotonic() - started < _SHORT_LIFE_SECONDS else 0
            if code == _CANNOT_START or short_lives >= _MAX_SHORT_LIVES or not self._ready[part.name].is_set():
                raise CannotStartError(self._why(part, code))
            self._report(f"{part.name:<18}ended ({_describe(code)}); starting it again")
            await asyncio.sleep(0.1 * short_lives)

    async def _run_once(self, part: StackPart, started: float) -> int:
        """Start the part and wait for its end; its exit code."""
        log = await asyncio.to_thread((self._logs / f"{part.name}.log").open, "ab", buffering=0)
        with log:
            process = await asyncio.create_subprocess_exec(
                *part.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environment,
                # Ctrl-C reaches the stack alone, which then stops the parts in order.
                start_new_session=True,
            )
            self._running[part.name] = process
            assert process.stdout is not None  # noqa: S101 - asked for above
            ready_in_time = asyncio.get_running_loop().call_later(_READY_SECONDS, self._give_up_on, part, process)
            async for line in process.stdout:
                words = line.decode(errors="replace").split()
                if words[:1] == ["ready"]:
                    ready_in_time.cancel()
                    self._ready[part.name].set()
                    self._report(_ready_line(part, time.monotonic() - started, words[2:]))
                    break
                log.write(line)
            # What user code prints has lines of any length, or none.
            while chunk := await process.stdout.read(_CHUNK_BYTES):
                log.write(chunk)
            ready_in_time.cancel()
            return await process.wait()

    def _give_up_on(self, part: StackPart, process: asyncio.subprocess.Process) -> None:
        self._report(f"{part.name:<18}was not ready within {_READY_SECONDS:.0f} s; killing it")
        process.kill()

    async def _stop_all(self, keepers: list[asyncio.Task[None]]) -> None:
        self._stopping = True
        for part in reversed(self._parts):
            await self._stop(part)
        # The keeper of a part that ran ends with it; those of parts that were never started still wait.
        for part, keeper in zip(self._parts, keepers, strict=True):
            if part.name not in self._running:
                keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _stop(self, part: StackPart) -> None:
        process = self._running.get(part.name)
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._report(f"{part.name:<18}did not stop within {_STOP_SECONDS:.0f} s; killing it")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _why(self, part: StackPart, code: int) -> str:
        return f"{part.name} cannot go on: it ended ({_describe(code)}){self._tail(part)}"

    def _tail(self, part: StackPart) -> str:
        file = self._logs / f"{part.name}.log"
        lines = file.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "".join(f"\n    {line[:_LOG_LINE_LENGTH]}" for line in lines) + f"\n  The whole log is in {file}."


def _ready_line(part: StackPart, seconds: float, addresses: list[str]) -> str:
    """One line of at most 80 columns: `name=127.0.0.1:port` is shortened to `name :port`."""
    where = "  ".join(address.replace(f"={LOOPBACK}", " ") for address in addresses)
    return f"{part.name:<18}ready in {seconds:4.1f} s   {where}"


def _describe(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
