"""A public class of the app has a name that no other public class of the app has: one word for one thing."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.house.language import ROOT, python_files

ROOMS = (
    "function_app",
    "orchestrations",
    "activities",
    "services",
    "reconciliation",
    "fraud",
    "worlds",
    "laying",
    "cli",
)


def public_classes(file: Path) -> list[str]:
    text = (ROOT / file).read_text()
    nodes = ast.walk(ast.parse(text)) if "class " in text else ()
    return [node.name for node in nodes if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def test_a_public_class_of_the_app_shares_its_name_with_no_other():
    places: dict[str, list[str]] = defaultdict(list)
    for file in python_files():
        if file.parts[0] in ROOMS:
            for name in public_classes(file):
                places[name].append(str(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
    assert len(places) > 300
