"""A worker process as the host sees it: started, called, and started again when it has ended."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from itertools import count
from pathlib import Path

import msgspec

from local_azure.core.figures import SETTING, Figures
from local_azure.durable.worker import FunctionFailedError, FunctionKind
from local_azure.functions_host.workers.messages import READY, Answer, Call, receive, send

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0


class WorkerProcessEndedError(Exception):
    """The process ended before it answered: nobody knows how far the call came."""


class WorkerProcess:
    """A process that runs the app's durable functions. Use it from the thread of the host's loop."""

    def __init__(self, app: Path, log_level: str, figures: Figures) -> None:
        self._options = ("--app", str(app), "--log-level", log_level)
        self._figures = figures
        self._calls: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = count()
        self._writer: asyncio.StreamWriter | None = None

    @property
    def is_ready(self) -> bool:
        """True if it takes calls."""
        return self._writer is not None

    @property
    def running(self) -> int:
        """The number of calls that it has not answered."""
        return len(self._calls)

    async def run(self) -> None:
        """Have a process until cancelled: the next one is started after a pause."""
        while True:
            try:
                await self._have_one()
            except OSError as problem:
                _LOG.warning("a worker process cannot be started: %s", problem)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def call(self, kind: FunctionKind, name: str, instance_id: str, payload: str | None) -> str | None:
        """Run a function. Raises FunctionFailedError, or WorkerProcessEndedError."""
        if self._writer is None:
            raise WorkerProcessEndedError
        number, began = next(self._numbers), time.monotonic()
        answered = self._calls[number] = asyncio.get_running_loop().create_future()
        try:
            send(self._writer, Call(number, kind, name, instance_id, payload))
            answer = await answered
        finally:
            del self._calls[number]
            self._figures.count(f"{kind}Trigger", name, time.monotonic() - began)
        if answer.error is not None:
            raise FunctionFailedError(answer.error, answer.details)
        return answer.result

    async def _have_one(self) -> None:
        """Have a process until it ends. Raises OSError if it cannot be started."""
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            with theirs:
                process = await self._start(theirs)
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._listen(reader, writer)
            _LOG.warning("worker process %d ended with %s", process.pid, await process.wait())
        finally:
            self._end(writer)

    async def _start(self, theirs: socket.socket) -> Process:
        # What it runs is counted here.
        environment = {name: value for name, value in os.environ.items() if name != SETTING}
        words = ("-m", "local_azure.functions_host.workers", "--socket", str(theirs.fileno()), *self._options)
        return await asyncio.create_subprocess_exec(
            sys.executable, *words, stdin=asyncio.subprocess.DEVNULL, env=environment, pass_fds=(theirs.fileno(),)
        )

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            answer = msgspec.msgpack.decode(await receive(reader), type=Answer)
            if answer == READY:
                self._writer = writer
            elif (answered := self._calls.get(answer.number)) and not answered.done():
                answered.set_result(answer)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        """The process ends when its socket does."""
        self._writer = None
        writer.close()
        for answered in self._calls.values():
            if not answered.done():
                answered.set_exception(WorkerProcessEndedError())
