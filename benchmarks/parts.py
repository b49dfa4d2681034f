"""The CPU of the local parts, by name."""

from collections import defaultdict
from collections.abc import Iterable

import psutil

_MODULES = "local_azure."
_AZURITE = "azurite"
OTHERS = "others"


def below(process: int) -> list[psutil.Process]:
    """What a process has started, and what that has."""
    return psutil.Process(process).children(recursive=True)


def cpu_by_part(processes: Iterable[psutil.Process]) -> dict[str, float]:
    """Seconds of CPU until now, of the processes that still run: by the module of a part, or OTHERS."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for process in processes:
        try:
            words, times = process.cmdline(), process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds[_part(words)] += times.user + times.system
    return dict(seconds)


def spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """The seconds between two looks, of the parts that used any to speak of."""
    by_part = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    return {name: seconds for name, seconds in by_part.items() if seconds > 0.01}


def told(seconds: dict[str, float], factor: float, digits: int = 1) -> str:
    """The parts in words, the one that used most first; `factor` turns seconds into the unit of the row."""
    by_use = sorted(seconds.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} {spent * factor:.{digits}f}" for name, spent in by_use)


def _part(words: list[str]) -> str:
    """Azurite is a program of Node that a part of ours has started."""
    if any(_AZURITE in word for word in words):
        return _AZURITE
    name = next((word for word in words if word.startswith(_MODULES)), "")
    return name.removeprefix(_MODULES) or OTHERS
