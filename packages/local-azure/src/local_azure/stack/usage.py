"""The use of each part of a stack: CPU, memory and bytes on the disk, from /proc, kept in a file for any reader.

The file is `parts.json` beside the counts of operations (`core/figures.py`). CPU and bytes written go on over a restart
of a part; what a process used after the last look before its end is lost. A system without /proc has no such file.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from local_azure.core.figures import write_whole

FILE = "parts.json"
_PROC = Path("/proc")
_HAS_PROC = (_PROC / "self").exists()
_BETWEEN_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a part and the processes below it since the stack's first start in this folder.

    - cpu_seconds: of all its processes, ended ones too
    - memory_bytes, peak_memory_bytes: what it holds now, a page that two share counted once; and the most at a look
    - own_memory_bytes: of it, what lies in no file: other programs that run from the same files do not change it
    - written_bytes: handed to the disk
    - kept_bytes: the size of its folder now
    - starts: how often it was started
    """

    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    peak_memory_bytes: int = 0
    own_memory_bytes: int = 0
    written_bytes: int = 0
    kept_bytes: int = 0
    starts: int = 0


class UsageKeeper:
    """Looks at the parts again and again. `processes` gives the process id of each part that runs."""

    def __init__(self, file: Path, state: Path, processes: Callable[[], Mapping[str, int]]) -> None:
        self._file = file
        self._state = state
        self._processes = processes
        self._ended = read_usage(file)
        """By part, the use of its processes that have ended, those of earlier runs of the stack among them."""
        self._running: dict[str, tuple[int, Usage]] = {}
        """By part, its process, and the use of that until the last look."""

    async def run(self) -> None:
        """Look until cancelled."""
        while _HAS_PROC:
            with contextlib.suppress(OSError):  # a full disk is the parts' to tell
                await asyncio.to_thread(self.look)
            await asyncio.sleep(_BETWEEN_SECONDS)

    def look(self) -> None:
        """Look at the parts now, and write what they use. Raises OSError."""
        children = _children()
        for name, process in self._processes().items():
            if name in self._running and self._running[name][0] != process:
                self._ended[name] = self.used(name)
                del self._running[name]
            if name not in self._running:
                ended = self._ended.get(name, Usage())
                self._ended[name] = msgspec.structs.replace(ended, starts=ended.starts + 1)
            self._running[name] = (process, _used(_tree(process, children), _size(self._state / name)))
            self._ended[name] = msgspec.structs.replace(
                self._ended[name], peak_memory_bytes=self.used(name).peak_memory_bytes
            )
        write_whole(self._file, msgspec.json.encode({name: self.used(name) for name in sorted(self._ended)}))

    def used(self, name: str) -> Usage:
        """The use of a part until the last look."""
        ended = self._ended.get(name, Usage())
        if name not in self._running:
            return ended
        now = self._running[name][1]
        return msgspec.structs.replace(
            now,
            cpu_seconds=round(ended.cpu_seconds + now.cpu_seconds, 2),
            peak_memory_bytes=max(ended.peak_memory_bytes, now.memory_bytes),
            written_bytes=ended.written_bytes + now.written_bytes,
            starts=ended.starts,
        )


def read_usage(file: Path) -> dict[str, Usage]:
    """The use of each part as a file has it; nothing if it is absent."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Usage])
    except (OSError, msgspec.DecodeError):
        return {}


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    return children


def _tree(process: int, children: Mapping[int, list[int]]) -> list[int]:
    tree = [process]
    for parent in tree:
        tree += children.get(parent, [])
    return tree


def _used(tree: list[int], kept_bytes: int) -> Usage:
    cpu, memory, own, written = 0, 0, 0, 0
    for process in tree:
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has just ended
            # utime, stime, and those of children that it has waited for (proc_pid_stat(5), from `state` on).
            cpu += sum(int(ticks) for ticks in _stat(process)[11:15])
            # The kernel goes through all pages of the process for it, so it is asked once for both.
            shares = _fields(process, "smaps_rollup")
            memory += shares.get("Pss:", 0) * 1_024
            own += shares.get("Pss_Anon:", 0) * 1_024
            written += _fields(process, "io").get("write_bytes:", 0)
    return Usage(
        cpu_seconds=cpu / _TICKS,
        memory_bytes=memory,
        own_memory_bytes=own,
        written_bytes=written,
        kept_bytes=kept_bytes,
    )


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold anything."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()


def _fields(process: int, file: str) -> dict[str, int]:
    """The numbers of such a file by their names, as this kernel tells them."""
    lines = (_PROC / str(process) / file).read_text().splitlines()
    return {words[0]: int(words[1]) for words in map(str.split, lines) if words[0].endswith(":")}


def _size(folder: Path) -> int:
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH118 - of many files, the quickest
    return size
