"""For pytest: a run with `-m` imports only the files that can hold a chosen test.

`addopts = "-p local_azure.testing.marked_files"` loads it. To import all files of a large suite takes seconds in each
process of a run, and most files have tests of one kind. The text of a file says which markers its tests can have (it
names `mark.slow`) and which they all have (its `pytestmark` does). A file is left out only if `-m` is false whatever
else its tests have. A file that the command line names is always imported.

No test is lost silently: in each file that is imported, the text is held against the markers of the tests, and a
difference is an error that ends the run. A file that the run of one marker and that of all others leave out has tests
that all have a third marker; the run that chooses this one imports it.
"""

import ast
import re
from collections.abc import Generator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from msgspec import Struct

_NAMED = re.compile(r"\bmark\.(\w+)")
_OF_THE_FILE = re.compile(r"^pytestmark = (\[\n(?:    .*\n)*\]|.*)$", re.MULTILINE)

JUDGED = ("slow", "proof", "long", "browser")
"""The markers that a file is judged by. Tests can have others that no text names, e.g. those that plugins set."""


class Markers(Struct, frozen=True):
    """The markers that at least one test of a file may have, and those that all of its tests have."""

    possible: frozenset[str]
    certain: frozenset[str]


def markers_of(text: str) -> Markers:
    """The markers of the tests of a file, from its text."""
    statement = _OF_THE_FILE.search(text)
    certain = _NAMED.findall(statement[1]) if statement else []
    return Markers(frozenset(_NAMED.findall(text)).intersection(JUDGED), frozenset(certain).intersection(JUDGED))


def can_be_chosen(expression: str, markers: Markers) -> bool:
    """True unless `expression`, as given to `-m`, is false for each test that a file with these markers can hold.

    True also for what is not made of names, `and`, `or`, `not` and parentheses alone.
    """
    try:
        return True in _values(ast.parse(expression.strip(), mode="eval").body, markers)
    except SyntaxError:  # pytest says so
        return True


def _values(node: ast.expr, markers: Markers) -> frozenset[bool]:
    match node:
        case ast.Name(name) if name in markers.certain:
            return frozenset({True})
        case ast.Name(name) if name in JUDGED and name not in markers.possible:
            return frozenset({False})
        case ast.UnaryOp(ast.Not(), operand):
            return frozenset(not value for value in _values(operand, markers))
        case ast.BoolOp(operator, operands):
            combine = all if isinstance(operator, ast.And) else any
            return frozenset(map(combine, product(*(_values(operand, markers) for operand in operands))))
        case _:
            return frozenset({True, False})


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a file of tests that can hold none that `-m` chooses."""
    expression = str(config.option.markexpr)
    if not expression or collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    return None if can_be_chosen(expression, _markers_of_file(collection_path)) else True


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hold the text of a file against the markers of its tests, before `-m` deselects any. A difference is an error."""
    report = yield
    for item in report.result:
        if isinstance(item, pytest.Item) and report.passed:
            report.longrepr = difference(item)
            report.outcome = "failed" if report.longrepr else "passed"
    return report


def difference(item: pytest.Item) -> str | None:
    """The error, with what to do, if the text of the file does not tell the markers of the test."""
    markers = _markers_of_file(item.path)
    held = {mark.name for mark in item.iter_markers()}.intersection(JUDGED)
    if markers.certain <= held <= markers.possible:
        return None
    return (
        f"{item.nodeid} has the markers {sorted(held)}, but from the text of its file it has {sorted(markers.certain)}"
        f" and none but {sorted(markers.possible)}: name `mark.…` in the file itself, and in `pytestmark` only what"
        " holds for all of its tests, so that no run leaves the file out"
    )


@cache
def _markers_of_file(path: Path) -> Markers:
    return markers_of(path.read_text())
