"""One process at a time: a lock that ends with the process that holds it, however it ends."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from local_azure.core.process import CannotStartError

_RETRY_SECONDS = 0.1


def hold(file: Path, taken: str, patience: float = 0.0) -> IO[str]:
    """Hold the lock on this file until it is closed or this process dies.

    Waits `patience` seconds for a holder that is about to end. Raises CannotStartError if another process still holds
    it: `taken`, with that process's id in place of `{process}`.
    """
    end = time.monotonic() + patience
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.open("a+")
    while not _try(lock):
        if time.monotonic() >= end:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise CannotStartError(taken.format(process=holder))
        time.sleep(_RETRY_SECONDS)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _try(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
