"""A public class or type of the app has a name that no other has: one word for one thing."""

import ast
import re
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
    "questions",
    "worlds",
    "laying",
    "cli",
)


PACKAGE = Path("packages/local-azure/src/local_azure")


def public_classes(file: Path) -> list[str]:
    text = (ROOT / file).read_text()
    nodes = ast.walk(ast.parse(text)) if "class " in text else ()
    return [node.name for node in nodes if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def public_types(file: Path) -> list[str]:
    """The names of a file's classes, and of the types that it puts together and gives a name."""
    tree = ast.parse((ROOT / file).read_text())
    named = [(node.targets[0], node.value) for node in tree.body if isinstance(node, ast.Assign)]
    types = [
        target.id
        for target, value in named
        if isinstance(target, ast.Name)
        and re.fullmatch(r"([A-Z][a-z]+)+", target.id)
        and not ast.unparse(value).startswith("TypeVar(")
    ]
    return [*public_classes(file), *types]


def test_a_public_class_or_type_of_the_app_shares_its_name_with_no_other():
    places: dict[str, list[str]] = defaultdict(list)
    for file in python_files():
        if file.parts[0] in ROOMS:
            for name in public_types(file):
                places[name].append(str(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
    assert len(places) > 300


def test_a_public_class_of_a_local_part_shares_its_name_with_no_other_of_its_room_and_an_error_with_none_at_all():
    """Each room stands for another service, with the words of that service: both query languages have a `Like`."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in python_files():
        if file.is_relative_to(PACKAGE):
            for name in public_classes(file):
                room = "" if name.endswith("Error") else file.relative_to(PACKAGE).parts[0]
                places[room, name].append(str(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
    assert len(places) > 300
