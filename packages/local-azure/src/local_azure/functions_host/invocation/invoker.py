"""Runs user code: async functions on the app's loop, sync ones on threads, orchestrators on threads of their own.

Every invocation has an id, a time limit (`functionTimeout`) and an end that is counted, so that the host can stop in
order. Whatever user code raises becomes an `InvocationError`; nothing of it reaches the host's own loop.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from local_azure.core.figures import Figures
from local_azure.core.process import CannotStartError
from local_azure.functions_host.indexing.catalogue import ORCHESTRATION
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.invocation.context import Context, Invocation, Out, set_current_invocation
from local_azure.functions_host.invocation.user_loop import UserLoop

_LOG = logging.getLogger(__name__)
_THREADS_SETTING = "PYTHON_THREADPOOL_THREAD_COUNT"
_PROCESSES_SETTING = "FUNCTIONS_WORKER_PROCESS_COUNT"
_MOST_PROCESSES = 10
_ORCHESTRATOR_THREADS = 4
_ENDS_MORE_THAN_A_FUNCTION = (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, asyncio.CancelledError)
_NOT_THE_APP = (str(Path(__file__).parents[1]), str(Path(asyncio.__file__).parent), str(Path(futures.__file__).parent))


class InvocationError(Exception):
    """A function failed: `cause` is what it raised, or TimeoutError if it took too long."""

    def __init__(self, function: str, invocation_id: str, cause: BaseException) -> None:
        super().__init__(f"function {function} failed: {type(cause).__name__}: {cause}")
        self.invocation_id = invocation_id
        self.cause = cause


class HostStoppingError(Exception):
    """The host stops while work waits to be tried again: it is not done, and nobody may take it for done."""


class Invoker:
    """Calls functions and keeps count of those that run. `stopping` is set when no new attempts may begin."""

    def __init__(self, user_loop: UserLoop, timeout_seconds: float | None) -> None:
        """Raises CannotStartError for a number of threads or processes that cannot be had."""
        self._user_loop = user_loop
        self._timeout = timeout_seconds
        self._threads = ThreadPoolExecutor(_thread_count(), thread_name_prefix="function")
        self._orchestrators = ThreadPoolExecutor(_ORCHESTRATOR_THREADS, thread_name_prefix="orchestrator")
        self.stopping = asyncio.Event()
        self.figures = Figures.from_environment("functions")
        self._running: set[Future[Any]] = set()
        self._overdue: set[Future[Any]] = set()

    async def invoke(
        self,
        function: Function,
        arguments: dict[str, Any],
        invocation: Invocation,
        outputs: dict[str, Out] | None = None,
    ) -> Any:
        """Call a function with its bound arguments and return what it returned. Raises InvocationError.

        `outputs` receives the `Out` parameters by name.
        """
        if function.needs_context:
            arguments["context"] = Context(
                function.name, function.directory, invocation.id, invocation.trace, invocation.retry
            )
        for binding in function.outputs:
            arguments[binding.name] = out = Out()
            if outputs is not None:
                outputs[binding.name] = out
        _LOG.debug("executing %s (%s)", function.name, invocation.id)
        began = time.monotonic()
        running = self._start(function, arguments, invocation.id)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            result = await asyncio.wait_for(asyncio.wrap_future(running), self._timeout)
        except TimeoutError as error:
            user_code_raised_it = running.done() and not running.cancelled()
            cause = error if user_code_raised_it else self._give_up(function, invocation.id, running)
            raise InvocationError(function.name, invocation.id, cause) from error
        except Exception as error:
            raise InvocationError(function.name, invocation.id, _without_host_frames(error)) from error
        finally:
            self.figures.count(function.trigger.type, function.name, time.monotonic() - began)
        if result is not None and function.returns is None:
            cause = RuntimeError("a function without a $return binding returned a value")
            raise InvocationError(function.name, invocation.id, cause)
        _LOG.debug("executed %s (%s)", function.name, invocation.id)
        return result

    @property
    def running(self) -> int:
        """The number of invocations that have not ended, not counting those that are overdue."""
        return len(self._running - self._overdue)

    @property
    def has_stuck_threads(self) -> bool:
        """True if threads are still in user code, and would keep the process from ending."""
        return bool(self._running)

    def close(self) -> None:
        """Take no more calls. Threads that still run user code are left behind."""
        self.figures.keep()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._orchestrators.shutdown(wait=False, cancel_futures=True)

    def _start(self, function: Function, arguments: dict[str, Any], invocation_id: str) -> Future[Any]:
        if function.is_async:
            return self._user_loop.submit(_guarded_async(function.call, arguments, invocation_id))
        pool = self._orchestrators if function.trigger.type == ORCHESTRATION else self._threads
        return pool.submit(partial(_guarded, function.call, arguments, invocation_id))

    def _give_up(self, function: Function, invocation_id: str, running: Future[Any]) -> TimeoutError:
        note = "" if function.is_async else "; its thread cannot be stopped and stays occupied until it returns"
        _LOG.error("%s (%s) exceeded functionTimeout%s", function.name, invocation_id, note)
        self._overdue.add(running)
        running.add_done_callback(self._overdue.discard)
        return TimeoutError(f"it exceeded functionTimeout of {self._timeout:g} s")


def _guarded(call: Callable[..., Any], arguments: dict[str, Any], invocation_id: str) -> Any:
    set_current_invocation(invocation_id)
    try:
        return call(**arguments)
    except _ENDS_MORE_THAN_A_FUNCTION as error:
        raise RuntimeError(f"the function raised {error!r}") from error
    finally:
        set_current_invocation(None)


async def _guarded_async(call: Callable[..., Any], arguments: dict[str, Any], invocation_id: str) -> Any:
    set_current_invocation(invocation_id)
    try:
        return await call(**arguments)
    except _ENDS_MORE_THAN_A_FUNCTION as error:
        raise RuntimeError(f"the function raised {error!r}") from error


def _without_host_frames(error: BaseException) -> BaseException:
    """The error with a traceback that starts in the app's own code."""
    trace = error.__traceback__
    while trace and trace.tb_next and trace.tb_frame.f_code.co_filename.startswith(_NOT_THE_APP):
        trace = trace.tb_next
    return error.with_traceback(trace)


def process_count() -> int:
    """FUNCTIONS_WORKER_PROCESS_COUNT, 1 if it is not set. Raises CannotStartError if it is not one of Azure's."""
    text = os.environ.get(_PROCESSES_SETTING, "1").strip()
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PROCESSES:
        raise CannotStartError(f"{_PROCESSES_SETTING} must be a whole number from 1 to {_MOST_PROCESSES}, not {text!r}")
    return int(text)


def _thread_count() -> int | None:
    """PYTHON_THREADPOOL_THREAD_COUNT, or None for Python's own default, as in the worker."""
    text = os.environ.get(_THREADS_SETTING)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise CannotStartError(f"{_THREADS_SETTING} must be a whole number of at least 1, not {text!r}")
    return int(text)
