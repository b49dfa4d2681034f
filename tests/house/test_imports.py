"""The app's tests stand on what the package local-azure publishes for tests, not on its private parts."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PUBLIC = "local_azure.testing"


def modules_imported(file: Path) -> set[str]:
    """Every module of local_azure that a file imports."""
    imported: set[str] = set()
    text = file.read_text()
    for node in ast.walk(ast.parse(text)) if "local_azure" in text else ():
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module)
    return {module for module in imported if module.split(".")[0] == "local_azure"}


@pytest.mark.parametrize("file", sorted(TESTS.rglob("*.py")), ids=lambda file: str(file.relative_to(TESTS)))
def test_a_test_of_the_app_imports_only_what_local_azure_publishes_for_tests(file: Path):
    private = {module for module in modules_imported(file) if not f"{module}.".startswith(f"{PUBLIC}.")}
    assert private == set()
