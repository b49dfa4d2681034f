"""Answers of `detective sql` as CSV."""

import argparse
from typing import Any

import pytest

from cli.sql import command
from questions import archives, asking
from questions.asking import SqlAnswer


def test_texts_of_producers_in_the_csv_are_neither_formulas_nor_orders_for_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    answer = SqlAnswer(["event_id", "n"], [("=cmd|' /C calc'!A0", 1), ("a\x1b[2Jb\u202e", -2)], is_cut=False)

    def replace(module: Any, name: str, value: object) -> None:
        def given(*_: object) -> object:
            return value

        monkeypatch.setattr(module, name, given)

    replace(asking, "ask", answer)
    replace(archives, "Fetch", argparse.Namespace(view=None))
    replace(command, "read_connections", None)
    replace(command, "_now", None)
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    options = parser.parse_args(["SELECT 1", "--csv"])
    options.json = False

    assert options.run(options) == 0
    assert capsys.readouterr().out.splitlines() == ["event_id,n", "'=cmd|' /C calc'!A0,1", "a?[2Jb?,-2"]
