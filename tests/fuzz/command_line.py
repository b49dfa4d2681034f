"""Target of the command line: any words, with an app that does not answer."""

import contextlib
import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from cli.__main__ import main
from cli.commands import command_line
from local_azure.testing import Chance, Fuzzed, Try

_COMMANDS = ("health", "send", "campaign", "watch", "stop", "reconcile", "demo")
_OPTIONS = (
    "--count", "--batches", "--events", "--events-per-batch", "--interval-seconds", "--bad-event-ratio", "--seed",
    "--name",
    "--speed", "--from", "--to", "--last", "--until-complete", "--again", "--repair", "--dry-run", "--json", "--key",
)  # fmt: skip
_VALUES = (
    "1", "0", "-1", "nan", "inf", "1e999", "1h", "7d", "8d", "90m", "2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z", "x",
    "2126-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9" * 30, "[/x]", "--", "-", "١٢", "1_000",
)  # fmt: skip
_NOBODY = "http://127.0.0.1:9"
_CODES = (0, 1, 2)


@contextmanager
def _words(_: Path) -> Generator[Try]:
    def run(chance: Chance) -> None:
        words = [chance.choice(_COMMANDS) if not chance.one_in(20) else chance.text()]
        for _ in range(chance.randrange(5)):
            words.append(chance.choice(_OPTIONS) if not chance.one_in(8) else chance.text())
            if chance.one_in(2):
                words.append(chance.choice(_VALUES) if not chance.one_in(4) else chance.text())
        said, complaint = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaint):
            code = _run(words)
        assert code in _CODES, f"{words}: exit code {code}"
        assert "Traceback" not in complaint.getvalue(), f"{words}: {complaint.getvalue()}"
        if code == 2:
            assert complaint.getvalue().strip(), f"{words}: refused without a word"

    yield run


def _run(words: list[str]) -> int | str | None:
    try:
        if words[0] == "demo":
            command_line().parse_args(words)  # to run it would start a stack
            return 0
        with mock.patch("sys.argv", ["detective", *words, *_address(words)]):
            return main()
    except SystemExit as end:
        return end.code


def _address(words: list[str]) -> list[str]:
    return [] if "--" in words else ["--url", _NOBODY]


TARGETS = (Fuzzed("command-line", _words, share=0.2),)
