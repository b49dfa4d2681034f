"""Texts of producers in a CSV are neither formulas nor orders."""

from typing import Any

import pytest

from fraud.desk.spreadsheets import harmless


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-1", "'-1"),
        ("\n=1+1", "'\n=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20SUM(1)", "'\uff20SUM(1)"),
        ("a\x1b[2Jb\u202ec", "a?[2Jb?c"),
        ("two\nlines", "two\nlines"),
        (-1, -1),
        (None, None),
        (["=1"], '["=1"]'),
    ],
)
def test_a_cell_is_no_formula_and_no_order(value: Any, cell: Any):
    assert harmless(value) == cell
