"""A process that runs activities for the worker: `python -m activities.reconciliation.step_process`.

It reads one `Order` per line, answers with one `Answer` per line, and ends at the end of its input.
"""

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec

from activities.reconciliation.cores import Answer, Order
from reconciliation.messages import Step, StepProgress
from services.clients import close_clients


async def serve(orders: int, answers: int) -> None:
    """Run the activities that come on one file descriptor, and answer on the other."""
    with os.fdopen(orders, "rb") as lines, os.fdopen(answers, "wb", buffering=0) as out:
        while line := await asyncio.to_thread(lines.readline):
            out.write(msgspec.json.encode(await _run(line)) + b"\n")
    await close_clients()


async def _run(line: bytes) -> Answer:
    try:
        order = msgspec.json.decode(line, type=Order)
        module, name = order.function.split(":")
        run = cast("Callable[[Step], Awaitable[StepProgress]]", getattr(importlib.import_module(module), name))
        return Answer(progress=await run(order.step))
    except Exception as error:  # noqa: BLE001 - the worker raises it again
        return Answer(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    answers = os.dup(1)
    # Whatever prints goes to the log and not among the answers.
    os.dup2(2, 1)
    sys.exit(asyncio.run(serve(0, answers)))
