"""`detective logs`: what the parts of the stack on this machine have written."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cli.app_client import AppError
from cli.screen import console, plain, print_json
from cli.stack_process import ROOT

UP, DEMO = ROOT / ".local" / "state" / "logs", ROOT / ".local" / "demo" / "state" / "logs"
_TAIL_BYTES = 4 * 1024 * 1024
_SECONDS = 0.5


def show_logs(options: argparse.Namespace) -> int:
    """Show the last lines of each log, or of one part; with --follow, also new ones. Raises AppError without logs."""
    folder = DEMO if options.demo else UP
    files = {file.stem: file for file in sorted(folder.glob("*.log"))}
    if not files:
        raise AppError(f"there are no logs in {folder}: start the stack with `make up`, or say --demo")
    if options.part and options.part not in files:
        raise AppError(f"there is no part {options.part!r}; its logs are of {', '.join(files)}")
    chosen = {options.part: files[options.part]} if options.part else files
    if options.json and not options.follow:
        print_json(
            [{"part": part, "line": line} for part, file in chosen.items() for line in _last(file, options.lines)]
        )
        return 0
    for part, file in chosen.items():
        for line in _last(file, options.lines):
            _show(part, line, as_json=options.json)
    if options.follow:
        for part, line in _coming(chosen):
            _show(part, line, as_json=options.json)
    return 0


def _last(file: Path, count: int) -> list[str]:
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - _TAIL_BYTES))
        return log.read().decode(errors="replace").splitlines()[-count:]


def _coming(files: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """Lines as they are written, for ever; a log that is begun anew is read from its beginning."""
    open_files: dict[str, BinaryIO] = {part: file.open("rb") for part, file in files.items()}
    for log in open_files.values():
        log.seek(0, 2)
    rest = dict.fromkeys(files, b"")
    while True:
        for part, log in open_files.items():
            if files[part].stat().st_size < log.tell():
                log.seek(0)
            *lines, rest[part] = (rest[part] + log.read()).split(b"\n")
            yield from ((part, line.decode(errors="replace")) for line in lines)
        time.sleep(_SECONDS)


def _show(part: str, line: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"part": part, "line": line})
    else:
        console.print(f"{part:<16} {plain(line)}", markup=False, soft_wrap=True)
