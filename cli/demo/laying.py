"""Lay the past of an evening into the archives of the demo's stack, by a program that knows no labels."""

import subprocess
import sys
from pathlib import Path

import msgspec

from cli.app_client import AppError
from cli.stack_process import ROOT


class LaidDays(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of what was laid, and of what the profiles of its whole days know."""

    events: int
    documents: int
    days: int
    customers: int
    skus: int


def lay(past: list[bytes], file: Path, settings: Path) -> LaidDays:
    """Write the lines of events into a file and lay it where the settings lead. Raises AppError."""
    file.write_bytes(b"".join(past))
    command = [sys.executable, "-m", "laying", str(file), "--settings", str(settings)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise AppError(f"the past could not be laid: {done.stderr.strip() or done.stdout.strip()}")
    return msgspec.json.decode(done.stdout, type=LaidDays)
