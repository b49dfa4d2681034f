"""One stack at a time for a clone: its parts share a settings file."""

from pathlib import Path
from typing import IO

from local_azure import lock


def hold(file: Path) -> IO[str]:
    """Hold the clone's lock until the file is closed or this process dies, however it dies.

    Raises CannotStartError with the process id of the stack that holds it.
    """
    return lock.hold(file, "this clone's stack already runs (process {process}); stop it with Ctrl-C there")
