"""A process that runs activities for the worker: `python -m activities.reconciliation.activity_process`.

It reads one `ProcessCall` per line, answers with one `ProcessAnswer` per line, and ends at the end of its input.
"""

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec

from activities.reconciliation.cores import ProcessAnswer, ProcessCall
from reconciliation.messages import PartProgress, PartTask
from services.clients import close_clients


async def serve(calls: int, answers: int) -> None:
    """Run the activities that come on one file descriptor, and answer on the other."""
    with os.fdopen(calls, "rb") as lines, os.fdopen(answers, "wb", buffering=0) as out:
        while line := await asyncio.to_thread(lines.readline):
            out.write(msgspec.json.encode(await _run(line)) + b"\n")
    await close_clients()


async def _run(line: bytes) -> ProcessAnswer:
    try:
        call = msgspec.json.decode(line, type=ProcessCall)
        module, name = call.function.split(":")
        run = cast("Callable[[PartTask], Awaitable[PartProgress]]", getattr(importlib.import_module(module), name))
        return ProcessAnswer(progress=await run(call.task))
    except Exception as error:  # noqa: BLE001 - the worker raises it again
        return ProcessAnswer(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    answers = os.dup(1)
    # Whatever prints goes to the log and not among the answers.
    os.dup2(2, 1)
    sys.exit(asyncio.run(serve(0, answers)))
