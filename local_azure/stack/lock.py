"""One stack at a time for a clone: its parts share a settings file."""

import fcntl
import os
from pathlib import Path
from typing import IO

from local_azure.process import CannotStartError


def hold(file: Path) -> IO[str]:
    """Hold the clone's lock until the file is closed or this process dies, however it dies.

    Raises CannotStartError with the process id of the stack that holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CannotStartError(
            f"this clone's stack already runs (process {lock.read().strip()}); stop it with Ctrl-C there"
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
