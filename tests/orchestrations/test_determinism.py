"""Workflows are replayed from their history, so they may not ask anything but their context."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / "orchestrations").glob("**/*.py"))

ALLOWED_IMPORTS = {
    *("collections", "dataclasses", "datetime", "enum", "functools", "itertools", "typing"),
    *("azure", "msgspec", "fraud", "reconciliation", "orchestrations"),
}
FORBIDDEN_CALLS = {
    *("now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "sleep"),
    *("uuid1", "uuid4", "random", "randint", "choice", "shuffle", "getrandbits", "token_hex", "urandom"),
    *("getenv", "open", "print", "input", "run", "gather", "create_task", "exec", "eval", "hash", "id"),
}
FORBIDDEN_NAMES = {"environ", "await"}


def violations(source: str) -> list[str]:
    breaches: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "."]
            breaches += [f"imports {module}" for module in modules if module.partition(".")[0] not in ALLOWED_IMPORTS]
            breaches += [f"imports {module}" for module in modules if _is_azure_but_not_durable(module)]
        elif isinstance(node, ast.Call) and _name(node.func) in FORBIDDEN_CALLS:
            breaches.append(f"calls {_name(node.func)} in line {node.lineno}")
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            breaches.append(f"reads {node.attr} in line {node.lineno}")
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global):
            breaches.append(f"{type(node).__name__} in line {node.lineno}")
        elif isinstance(node, ast.Set | ast.SetComp):
            breaches.append(f"a set, whose order is not fixed, in line {node.lineno}")
    return breaches


def _is_azure_but_not_durable(module: str) -> bool:
    return module.startswith("azure") and not module.startswith("azure.durable_functions")


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_asks_nothing_but_its_context(path: Path):
    assert violations(path.read_text()) == []


def test_there_are_workflows_to_look_at():
    assert {"analyze_window", "run_campaign"} <= {path.stem for path in WORKFLOWS}


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import datetime; datetime.now()",
        "import random",
        "import os",
        "import uuid; uuid.uuid4()",
        "from services import cosmos",
        "from azure.cosmos import CosmosClient",
        "async def workflow(context): ...",
        "for one in {1, 2}: ...",
        "open('x')",
    ],
)
def test_what_would_break_a_replay_is_found(line: str):
    assert violations(line)


@pytest.mark.slow
def test_the_arrows_between_the_rooms_point_down():
    lint = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run([lint], check=False, cwd=ROOT, capture_output=True, text=True)

    assert outcome.returncode == 0, outcome.stdout
