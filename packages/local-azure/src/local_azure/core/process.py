"""A local part as a process of its own: options, logs, a ready line, an orderly end.

A part is a process on 127.0.0.1 that prints one line `ready NAME ADDRESS...` on standard output once it serves,
logs to standard error, and ends with exit code 0 on SIGTERM or SIGINT. When it cannot start, it says why in one
line and exits with 2.
"""

import argparse
import asyncio
import errno
import gc
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn

from local_azure.core.log_lines import Rationed

LOOPBACK = "127.0.0.1"

SUPERVISED = "LOCAL_AZURE_SUPERVISED"
"""Set by the stack: the part ends when the stack does, even if that was killed."""

_PARENT_CHECK_SECONDS = 0.5

_COLLECT_AFTER = (20_000, 20, 20)
"""Python's own 700 is passed by one page of documents, whose objects form no cycles."""

_SWITCH_AFTER = 0.0005
"""Seconds. A host has two event loops, and each gives Python's lock back at every read and write; with Python's own
5 ms it waits so long for it whenever the other one computes: 1,000 small windows took 19.0 s instead of 16.5."""


class CannotStartError(Exception):
    """A part cannot start, for a reason that a person can mend; the message says what to do."""


def arguments(prog: str, description: str) -> argparse.ArgumentParser:
    """A parser with the options that every part has: `--state DIR` and `--log-level`."""
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=description)
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="folder that keeps what must survive")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser


def announce_ready(name: str, *addresses: str) -> None:
    """Tell whoever started this process that it serves: `ready NAME ADDRESS...` on standard output."""
    # What was imported and opened until here stays: no later collection need go through it.
    gc.collect()
    gc.freeze()
    sys.stdout.write(" ".join(["ready", name, *addresses]) + "\n")
    sys.stdout.flush()


def run(name: str, log_level: str, serve: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> NoReturn:
    """Run `serve` until it returns or a signal sets its stop event, then exit.

    Exit code 0 after an orderly end, 2 with one line on standard error if the part cannot start or its disk is full.
    """
    logging.basicConfig(
        level=log_level, stream=sys.stderr, format=f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s"
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(Rationed())
    # The SDKs narrate every frame and every request at INFO.
    for chatty in ("azure", "uamqp", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    gc.set_threshold(*_COLLECT_AFTER)
    sys.setswitchinterval(_SWITCH_AFTER)
    try:
        asyncio.run(_until_signalled(serve))
    except CannotStartError as problem:
        _give_up(name, str(problem))
    except OSError as problem:
        _give_up(name, _explain(problem))
    except OverflowError as problem:
        # Of a port; the rest of the message says which there are.
        _give_up(name, str(problem))
    except sqlite3.Error as problem:
        _give_up(name, f"its database cannot be used: {problem}")
    sys.exit(0)


async def _until_signalled(serve: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watch = asyncio.create_task(_stop_with_parent(stop)) if os.environ.get(SUPERVISED) else None
    await serve(stop)
    if watch:
        watch.cancel()


async def _stop_with_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - no event tells that a parent died
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    stop.set()


def _explain(problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"the port is taken; choose another with its --...port option ({problem.strerror or problem})"
    if problem.errno == errno.ENOSPC:
        return "the disk is full; free some space and start again"
    return str(problem)


def _give_up(name: str, reason: str) -> NoReturn:
    sys.stderr.write(f"{name} cannot go on: {reason}\n")
    sys.exit(2)
