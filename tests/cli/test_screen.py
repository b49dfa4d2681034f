"""Texts for people fit in 80 columns: a line that follows another stands below it, and ids stay whole."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from cli.commands import command_line
from cli.screen import say_wrapped
from fraud.desk.rows import EventContent
from fraud.tracing import ContentTrace, Step, Trace
from tests.cli.answering_app import App

PATH = "suspicious-events/2026/01/02/10/" + "0" * 60 + ".json"


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - argparse tells it nowhere
        if isinstance(action.choices, dict):
            for each in cast(dict[str, argparse.ArgumentParser], cast(Any, action).choices).values():
                yield from parsers(each)


def test_the_help_of_every_command_fits_in_eighty_columns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")

    wide = [line for each in parsers(command_line()) for line in each.format_help().splitlines() if len(line) > 80]

    assert wide == []


def test_the_help_of_every_option_says_its_meaning_and_its_default():
    unsaid = [
        f"{each.prog} {'/'.join(action.option_strings)}"
        for each in parsers(command_line())
        for action in each._actions  # pyright: ignore[reportPrivateUsage] - as above
        if action.option_strings
        and (
            (action.help or "(").startswith("(")
            or (action.default not in (None, False, [], argparse.SUPPRESS) and "default" not in (action.help or ""))
        )
    ]

    assert unsaid == []


def test_a_text_is_wrapped_below_its_beginning_and_a_long_word_stays_whole(capsys: pytest.CaptureFixture[str]):
    say_wrapped(f"{'of those that are flagged, one in eight ' * 3}{PATH}\x1b[2J", first="  +20  ", indent=7)

    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("  +20  of those")
    assert all(line.startswith("       ") and line[7] != " " for line in others)
    assert max(map(len, (first, *others[:-1]))) <= 80
    assert others[-1].strip() == f"{PATH}?[2J"


def test_a_step_whose_text_is_long_is_told_below_its_line(app: type[App], capsys: pytest.CaptureFixture[str]):
    reasons = "high, 90 points: " + "; ".join(["a sale at 65 % off, of those that are flagged one in eight"] * 5)
    at = datetime(2026, 1, 2, 10, tzinfo=UTC)
    steps = tuple(
        Step(name=name, state="there", says=says, at=at)
        for name, says in (("Hub", "Partition 1, number 7"), ("Stream job", PATH), ("Verdict", reasons))
    )
    content = EventContent(source="archive", event={}, store_id=3)
    way = Trace(id="e", contents=(ContentTrace(content=content, flagged=True, steps=steps),), complete=True)
    app.answers["/api/trace?id=e"] = [(200, msgspec.to_builtins(way))]

    options = command_line().parse_args(["trace", "e"])
    assert options.run(options) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith("Hub             Partition 1, number 7") for line in lines)
    assert f"      {PATH}" in lines
    assert any(line.startswith("      high, 90 points: a sale") for line in lines)
    assert "  Times are of the first arrival. The archive keeps no resend: reconciliations" in lines
    assert max(len(line) for line in lines if PATH not in line) <= 80
