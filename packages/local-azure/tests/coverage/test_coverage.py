"""The coverage tables: up to date, complete, and each row exercised by the test that it names."""

import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.coverage.__main__ import CHECKOUT, files
from local_azure.coverage.tables import CoverageError, Row, Table, all_tables, dispatched, read
from tests.coverage.used_source import TESTS, used_source

TABLES = all_tables()
ROWS = [(table, row) for table in TABLES for row in table.rows]


def id_of(part: Table | Row) -> str:
    return part.page if isinstance(part, Table) else part.name


def test_the_pages_and_the_readme_are_those_that_the_tables_give():
    """If this fails: `python -m local_azure.coverage`."""
    stale = [file.name for file, content in files(CHECKOUT).items() if not file.exists() or file.read_text() != content]
    assert stale == []
    pages = {file.name for file in (CHECKOUT / "docs" / "coverage").glob("*.md")}
    assert pages == {file.name for file in files(CHECKOUT)} - {"README.md"}


@pytest.mark.parametrize(("table", "row"), ROWS, ids=id_of)
def test_the_test_of_a_row_exists_and_makes_its_call(table: Table, row: Row):
    file, _, name = row.test.partition("::")
    source = used_source(TESTS / file, name)
    assert row.call, f"{table.page}: {row.name} names no call"
    assert row.call in source, f"{table.page}: {row.test} does not contain {row.call!r}"


@pytest.mark.parametrize("table", TABLES, ids=id_of)
def test_an_operation_of_the_code_has_a_row(table: Table):
    assert dispatched(table) == {code for row in table.rows for code in row.codes}


def test_no_operation_of_a_page_is_listed_twice():
    names = [(table.page, group.name, row.name) for table in TABLES for group in table.groups for row in group.rows]
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.proof
def test_pytest_collects_the_test_of_every_row():
    ids = sorted({row.test for _, row in ROWS})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-c", str(CHECKOUT / "pyproject.toml")]
    collected = subprocess.run(
        [*command, *(str(TESTS / test) for test in ids)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert collected.returncode == 0, collected.stdout[-2000:]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ('{ name = "A", status = "perhaps", test = "t", call = "c" }', "perhaps"),
        ('{ name = "A", status = "has", test = "t" }', "call"),
        ('{ name = "A", status = "different", test = "t", call = "c" }', "its note must say how"),
        ('{ name = "A", status = "has", test = "t", call = "c", tests = "u" }', "tests"),
        ('{ name = "A", status = "has", asked = "hearsay", test = "t", call = "c" }', "hearsay"),
    ],
)
def test_a_table_that_breaks_the_format_is_refused_with_its_file(tmp_path: Path, row: str, complaint: str):
    file = tmp_path / "coverage.toml"
    head = 'title = "T"\npage = "t"\nabout = "a"\nauthority = "x"\n[[groups]]\nname = "G"\n'
    file.write_text(f"{head}rows = [{row}]\n")
    with pytest.raises(CoverageError, match=complaint) as refusal:
        read(file)
    assert str(file) in str(refusal.value)
