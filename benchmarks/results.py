"""The last measurement of each benchmark, with machine and date: `.local/bench.json`."""

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil

from benchmarks.rows import Row

RESULT = Path(__file__).parents[1] / ".local" / "bench.json"


class Measured(msgspec.Struct, frozen=True):
    """The rows of one benchmark. `load` is the machine's load average of a minute before it began: 0 on a quiet one."""

    at: datetime
    machine: str
    python: str
    load: float
    rows: Sequence[Row]


Results = dict[str, Measured]


def measured_now(measure: Callable[[], Sequence[Row]]) -> Measured:
    """Run a benchmark, and note where and when."""
    load = os.getloadavg()[0]
    rows = list(measure())
    return Measured(
        datetime.now(UTC).replace(microsecond=0), _machine(), platform.python_version(), round(load, 1), rows
    )


def keep(name: str, measured: Measured) -> None:
    """Put the rows of a benchmark into the file; what it holds of others stays."""
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_bytes(encoded({**(read(RESULT) if RESULT.exists() else {}), name: measured}))


def read(file: Path) -> Results:
    """The results in a file; none of one that an older version has written."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Results)
    except msgspec.ValidationError:
        return {}


def encoded(results: Results) -> bytes:
    """Results as they lie in a file."""
    return msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"


def _machine() -> str:
    """The processor's name, the cores that may be used, and the memory."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), {memory:.0f} GiB"
