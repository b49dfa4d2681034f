"""Arguments of a function besides its data: `func.Context` and `func.Out`, shaped as the Python worker's own."""

import os
import threading
import traceback
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

_CURRENT = threading.local()


def set_current_invocation(invocation_id: str | None) -> None:
    """Tell this thread which invocation it runs; user threads copy it from `context.thread_local_storage`."""
    _CURRENT.invocation_id = invocation_id


@dataclass(frozen=True, slots=True)
class RpcException:
    """The failure that led to a retry, as `context.retry_context.exception`."""

    source: str
    stack_trace: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> "RpcException":
        """Describe what user code raised."""
        return cls("", "".join(traceback.format_exception(error)), f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class RetryContext:
    """The number of this attempt: `retry_count` is 0 on the first."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: RpcException | None = None


@dataclass(frozen=True, slots=True)
class TraceContext:
    """W3C trace context: `trace_parent` is `00-{trace id}-{span id}-{flags}`. Spelled in both ways of the worker."""

    trace_parent: str
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def Traceparent(self) -> str:  # noqa: N802 - the worker's name
        """`trace_parent`."""
        return self.trace_parent

    @property
    def Tracestate(self) -> str:  # noqa: N802 - the worker's name
        """`trace_state`."""
        return self.trace_state

    @property
    def Attributes(self) -> dict[str, str]:  # noqa: N802 - the worker's name
        """`attributes`."""
        return self.attributes

    @classmethod
    def new(cls) -> "TraceContext":
        """A trace that starts here."""
        digits = os.urandom(24).hex()
        return cls(f"00-{digits[:32]}-{digits[32:]}-00")


class Invocation:
    """One attempt to run a function: its id, its trace, and which retry it is."""

    __slots__ = ("id", "retry", "trace")

    def __init__(self, trace: TraceContext | None = None, retry: RetryContext | None = None) -> None:
        self.id = str(uuid4())
        self.trace = trace or TraceContext.new()
        self.retry = retry or RetryContext()


@dataclass(frozen=True, slots=True)
class Context:
    """`azure.functions.Context`, as user code sees it."""

    function_name: str
    function_directory: str
    invocation_id: str
    trace_context: TraceContext
    retry_context: RetryContext
    thread_local_storage: threading.local = _CURRENT


class Out:
    """`azure.functions.Out`: user code sets it, the host reads it."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Keep the output's value."""
        self._value = val

    def get(self) -> Any:
        """The value set last, or None."""
        return self._value
