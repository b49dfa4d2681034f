"""The version of the method is raised when the code that reads and judges changes."""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

from reconciliation.method import METHOD

ROOT = Path(__file__).parents[2]
RECORD = Path(__file__).with_name("method.json")
ROOMS = ("fraud", "reconciliation", "activities.reconciliation")
READS_AND_JUDGES = (
    "activities.reconciliation.scan_archive",
    "activities.reconciliation.observe_outcomes",
    "activities.reconciliation.observe_documents",
    "activities.reconciliation.observe_quarantine",
    "activities.reconciliation.compare_buckets",
    "activities.reconciliation.measure_campaigns",
    "activities.reconciliation.plan_reconciliation",
    "reconciliation.reporting.report",
)


def sources() -> dict[str, ast.Module]:
    """These modules and all that they import of the same rooms, by name."""
    trees: dict[str, ast.Module] = {}
    waiting = list(READS_AND_JUDGES)
    while waiting:
        name = waiting.pop()
        if name in trees or not name.startswith(ROOMS):
            continue
        path = ROOT / name.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if file.exists():
            trees[name] = ast.parse(file.read_text(encoding="utf-8"))
            waiting += imported(trees[name])
    return trees


def imported(tree: ast.Module) -> list[str]:
    """The modules that a module imports; a name may be one of a package."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return [
        name for node in froms for name in (f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names))
    ]


def shape(node: Any) -> Any:
    """A tree without places, comments and docstrings, alike in all versions of Python."""
    if isinstance(node, list):
        return [shape(item) for item in node if not is_docstring(item)]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(node, ast.AST):
        fields = [(name, shape(value)) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return [type(node).__name__, *fields]
    return repr(node)


def is_docstring(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def digest() -> str:
    shapes = {name: shape(tree) for name, tree in sorted(sources().items())}
    return hashlib.sha256(json.dumps(shapes).encode()).hexdigest()[:32]


def test_the_method_is_raised_when_the_code_changes_that_reads_and_judges():
    recorded = json.loads(RECORD.read_text())

    assert recorded == {"method": METHOD, "digest": digest()}, (
        "The code that reads and judges has changed. If the same archives may now lead to another report, raise METHOD "
        "in reconciliation/method.py. Then record it: python -m tests.reconciliation.test_method"
    )


def test_comments_and_docstrings_are_not_of_the_method_and_a_number_is():
    def shape_of(text: str) -> Any:
        return shape(ast.parse(text))

    assert shape_of("def f():\n    'Doc.'\n    return 1  # why\n") == shape_of("def f():\n\n    return 1\n")
    assert shape_of("def f():\n    return 1\n") != shape_of("def f():\n    return 2\n")


def test_the_rule_the_reader_of_captures_and_the_comparison_are_of_the_method():
    names = sources().keys()

    assert {"fraud.suspicion", "reconciliation.capture.walker", "reconciliation.comparing.findings"} <= names
    assert {"reconciliation.reporting.html", "reconciliation.repairing.repair"}.isdisjoint(names)


if __name__ == "__main__":
    RECORD.write_text(json.dumps({"method": METHOD, "digest": digest()}) + "\n")
