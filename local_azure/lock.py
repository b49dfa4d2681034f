"""One process at a time: a lock that ends with the process that holds it, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from local_azure.process import CannotStartError


def hold(file: Path, taken: str) -> IO[str]:
    """Hold the lock on this file until it is closed or this process dies.

    Raises CannotStartError if another process holds it: `taken`, with that process's id in place of `{process}`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CannotStartError(taken.format(process=lock.read().strip())) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
