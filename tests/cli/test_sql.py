"""Answers of `detective sql` on a screen, and as CSV."""

import argparse
from typing import Any

import pytest

from cli.screen import console
from cli.sql import command
from questions import archives, asking
from questions.asking import SqlAnswer


def answered(monkeypatch: pytest.MonkeyPatch, answer: SqlAnswer, *options: str) -> int:
    """Run the command; this is the answer."""

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
    chosen = parser.parse_args(["SELECT 1", *options])
    chosen.json = False
    return chosen.run(chosen)


def test_texts_of_producers_in_the_csv_are_neither_formulas_nor_orders_for_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    answer = SqlAnswer(["event_id", "n"], [("=cmd|' /C calc'!A0", 1), ("a\x1b[2Jb\u202e", -2)], is_cut=False)

    assert answered(monkeypatch, answer, "--csv") == 0
    assert capsys.readouterr().out.splitlines() == ["event_id,n", "'=cmd|' /C calc'!A0,1", "a?[2Jb?,-2"]


@pytest.mark.parametrize("columns", [3, 13])
def test_no_value_is_cut_however_many_columns_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int
):
    monkeypatch.setattr(console, "width", 80)
    run = "reconcile-20261201T103500Z-20261201T144000Z"
    answer = SqlAnswer([f"column_{n}" for n in range(columns)], [(run, *range(101, 100 + columns))], is_cut=False)

    assert answered(monkeypatch, answer) == 0

    said = capsys.readouterr().out
    assert "…" not in said
    assert run in said, "it can be copied"
    assert all(str(number) in said for number in range(101, 100 + columns))
    assert max(map(len, said.splitlines())) <= 80


def test_an_answer_without_rows_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert answered(monkeypatch, SqlAnswer(["n"], [], is_cut=False)) == 0
    assert "nothing in this span answers it" in capsys.readouterr().out
