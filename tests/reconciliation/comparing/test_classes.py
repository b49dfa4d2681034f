"""The table of difference classes is complete."""

from pathlib import Path
from typing import get_args

from reconciliation.comparing.classes import CLASSES, FAULT_HEADLINES, NOTE_HEADLINES, NUMBERS, Class
from reconciliation.comparing.summary import Summary

DOCS = Path(__file__).parents[3] / "docs"


def test_the_table_has_every_class_once_in_the_order_of_the_names():
    assert tuple(definition.name for definition in CLASSES) == get_args(Class)


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
