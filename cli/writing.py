"""Write the file that an option names."""

import os
from collections.abc import Iterable
from pathlib import Path

from cli.app_client import AppError


def write_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file whole or not at all: whoever reads it never sees half of it. Raises AppError.

    What is there and not a file, such as a pipe or a device, is written to and never replaced.
    """
    is_file = path.is_file() or not path.exists()
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part") if is_file else path
    try:
        with unfinished.open("wb") as file:
            file.writelines(lines)
        if is_file:
            unfinished.replace(path)
    except OSError as error:
        if is_file:
            unfinished.unlink(missing_ok=True)
        raise AppError(f"{path} cannot be written: {error.strerror}") from error
