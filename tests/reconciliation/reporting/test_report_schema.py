"""The schema of report.json that is published is that of the report that is written."""

import json
import re
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from reconciliation.reporting.report import SCHEMA_VERSION, DifferenceClass, Report

DOCS = Path(__file__).parents[3] / "docs"


def current() -> dict[str, Any]:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Report)}
    return json.loads(json.dumps(schema), object_hook=_without_indents)


def _without_indents(value: dict[str, Any]) -> dict[str, Any]:
    """Python 3.13 takes the indents out of docstrings, older ones do not."""
    text = value.get("description")
    return {**value, "description": cleandoc(text)} if isinstance(text, str) else value


def test_the_published_schema_is_current():
    """To publish another: write `current()` there, with an indent of 1, and see whether it needs another version."""
    assert json.loads((DOCS / "report.schema.json").read_text()) == current()


def test_every_field_is_in_the_documentation():
    page = (DOCS / "reconciliation.md").read_text()

    assert f"schema version {SCHEMA_VERSION}" in page
    for name, definition in current()["$defs"].items():
        for field in definition["properties"]:
            assert re.search(rf"\b{field}\b", page), f"{name}.{field}"


def test_a_reader_skips_what_it_does_not_know():
    content = msgspec.json.encode(DifferenceClass("duplicates", "...", 0, []))

    assert msgspec.json.decode(content[:-1] + b',"later":1}', type=DifferenceClass).name == "duplicates"
