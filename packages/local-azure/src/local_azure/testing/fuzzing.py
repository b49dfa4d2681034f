"""Fuzzing: many structured inputs to a reader or a server, repeatable by a seed.

    from local_azure.testing import Chance, Fuzzed, fuzz

    @contextmanager
    def my_reader(folder):
        def read(chance: Chance):
            try:
                parse(chance.json(chance.value()))
            except NotMineError:
                pass  # a refusal with a name is an answer
        yield read

    result = fuzz(Fuzzed("my-reader", my_reader), inputs=10_000, seed="1", folder=tmp_path)
    assert not result.failures

An input fails if it raises anything, if it takes longer than HANG_SECONDS, or if something writes a traceback into this
process's log. Each input has a seed of its own, so that one can be repeated alone. `watched` does the same for the log,
the memory and the descriptors of a part.
"""

import contextlib
import logging
import signal
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from local_azure.testing.chance import Chance

HANG_SECONDS = 20.0
MOST_FAILURES = 5
"""Failures after which a target is given up: the next ones would be of the same kind."""

Try = Callable[[Chance], None]
"""Makes one input and hands it to the target; raises if the target does what it must not."""


class Fuzzed(msgspec.Struct, frozen=True):
    """A target. `opened` prepares it in a folder of its own, and checks at the end that it has borne everything.

    `share` is the share of the inputs that it gets: slow targets take fewer.
    """

    name: str
    opened: Callable[[Path], AbstractContextManager[Try]]
    share: float = 1.0


class Failure(msgspec.Struct, frozen=True):
    """An input that failed, by its number; None for a failure that shows at the end."""

    number: int | None
    problem: str


class FuzzResult(msgspec.Struct, frozen=True):
    """The inputs that a target got, the seconds that it took, and what failed."""

    name: str
    inputs: int
    seconds: float
    failures: tuple[Failure, ...]


class HungError(BaseException):
    """An input takes too long. Not an Exception: the target must not catch it."""


def fuzz(target: Fuzzed, inputs: int, seed: str, folder: Path, only: int | None = None) -> FuzzResult:
    """Hand inputs to a target, or that of one number alone. Call it in the main thread: a signal ends what hangs."""
    folder.mkdir(parents=True, exist_ok=True)
    failures: list[Failure] = []
    started, count = time.monotonic(), 0
    try:
        with target.opened(folder) as try_one, _log_without_tracebacks() as tracebacks:
            for number in range(inputs) if only is None else [only]:
                count += 1
                problem = _problem(try_one, Chance(f"{seed}/{target.name}/{number}")) or "".join(tracebacks)
                tracebacks.clear()
                if problem:
                    failures.append(Failure(number, problem))
                if len(failures) == MOST_FAILURES:
                    break
    except AssertionError as problem:
        failures.append(Failure(None, str(problem)))
    return FuzzResult(target.name, count, time.monotonic() - started, tuple(failures))


def _problem(try_one: Try, chance: Chance) -> str | None:
    try:
        with _alarm(HANG_SECONDS):
            try_one(chance)
    except HungError:
        return f"it takes longer than {HANG_SECONDS:g} s"
    except Exception as error:
        logging.getLogger(__name__).debug("an input failed", exc_info=True)
        return f"{type(error).__name__}: {error}"[:2_000]
    return None


@contextmanager
def _alarm(seconds: float) -> Generator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Tracebacks(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.INFO)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0]:
            self._kept.append(f"in the log: {record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def _log_without_tracebacks() -> Generator[list[str]]:
    kept: list[str] = []
    handler = _Tracebacks(kept)
    with contextlib.ExitStack() as stack:
        logging.getLogger().addHandler(handler)
        stack.callback(logging.getLogger().removeHandler, handler)
        yield kept
