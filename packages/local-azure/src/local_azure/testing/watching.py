"""Watches a part that is fuzzed: what it logs, and the memory and the descriptors that it holds."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local_azure.testing.parts import Part

MEGABYTE = 1024 * 1024
MOST_GROWTH = 200 * MEGABYTE
MOST_MORE_DESCRIPTORS = 50
"""Connections that have just ended may not be closed yet."""


class Watch:
    """The log of a part from now on, and its memory and descriptors beside those of now."""

    def __init__(self, part: Part, log: Path) -> None:
        self._part = part
        self._log = log
        self._read = log.stat().st_size
        self._memory = memory_of(part.pid)
        self._descriptors = descriptors_of(part.pid)

    def check_log(self) -> None:
        """Raise AssertionError if a traceback came since the last look."""
        if self._log.stat().st_size == self._read:
            return
        with self._log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        if b"Traceback" in new and b"\n" in new:
            self._read += len(new)
            raise AssertionError(f"a traceback in the log: {new.decode(errors='replace')[-2_000:]}")
        self._read += new.rfind(b"\n") + 1

    def check_bounds(self) -> None:
        """Raise AssertionError if the part has ended, or holds much more than before."""
        assert self._part.exit_code is None, f"the part has ended with {self._part.exit_code}"
        growth = memory_of(self._part.pid) - self._memory
        assert growth < MOST_GROWTH, f"its memory grew by {growth // MEGABYTE} MB"
        more = descriptors_of(self._part.pid) - self._descriptors
        assert more < MOST_MORE_DESCRIPTORS, f"it holds {more} descriptors more than before"


def memory_of(pid: int) -> int:
    """The resident memory of a process in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def descriptors_of(pid: int) -> int:
    """The open descriptors of a process."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


@contextmanager
def watched(part: Part, state: Path) -> Generator[Watch]:
    """A watch over a part with its state in `state`; at the end it must run, within bounds, without tracebacks."""
    watch = Watch(part, state.with_suffix(".log"))
    yield watch
    watch.check_log()
    watch.check_bounds()
