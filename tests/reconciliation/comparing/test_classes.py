"""The table of difference classes is complete, and the only one."""

import ast
from pathlib import Path
from typing import get_args

from reconciliation.comparing.classes import CLASSES, FAULT_HEADLINES, NOTE_HEADLINES, NUMBERS
from reconciliation.comparing.definitions import Class, NumberName
from reconciliation.comparing.summary import Summary
from reconciliation.repairing.repair import Lacking

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
ROOMS = ("function_app", "orchestrations", "activities", "services", "reconciliation", "fraud", "cli")
MEND_WINDOWS = ("correct", "judge")
NAMES = {definition.name for definition in (*CLASSES, *NUMBERS) if "_" in definition.name}
"""One word, such as `duplicates`, may be a number of something else."""


def lists_of_classes(tree: ast.Module) -> list[int]:
    """The lines of expressions that spell three or more classes."""
    spelled = (
        (node.lineno, {getattr(part, "attr", getattr(part, "value", None)) for part in ast.walk(node)} & NAMES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.BinOp)
    )
    return [line for line, names in spelled if len(names) >= 3]


def test_the_table_has_every_class_once_in_the_order_of_the_names():
    assert tuple(definition.name for definition in CLASSES) == get_args(Class)
    assert tuple(definition.name for definition in NUMBERS) == get_args(NumberName)


def test_every_class_and_number_is_said_in_words():
    for definition in (*CLASSES, *NUMBERS):
        assert all(
            (
                definition.title,
                definition.explanation,
                definition.advice,
                definition.headline.label,
                definition.headline.explanation,
            )
        ), definition.name


def test_every_class_is_an_account_and_stands_in_the_documentation():
    page = (DOCS / "reconciliation.md").read_text()

    assert {definition.name for definition in (*FAULT_HEADLINES, *NOTE_HEADLINES)} < set(Summary.__struct_fields__)
    assert [definition.name for definition in (*CLASSES, *NUMBERS) if f"`{definition.name}`" not in page] == []


def test_a_class_says_what_its_window_lacks_if_a_repair_mends_windows():
    assert [
        definition.name for definition in CLASSES if bool(definition.need) != (definition.repair in MEND_WINDOWS)
    ] == []
    assert {definition.need for definition in CLASSES if definition.need} < set(Lacking.__struct_fields__)


def test_nothing_else_spells_a_list_of_classes():
    files = [
        file
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if file.name not in ("classes.py", "definitions.py")
    ]
    assert {str(file): lines for file in files if (lines := lists_of_classes(ast.parse(file.read_text())))} == {}
