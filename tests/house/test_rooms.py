"""The table of rooms in docs/architecture.md says what each may import; the import contracts forbid everything else."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOT_HELD = {"tests", "benchmarks"}
"""They may import everything, and nothing imports them: they are not among the packages that a contract sees."""
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
ROOMS = set(LINTER["root_packages"])
APP = {"function_app", "orchestrations", "activities", "services", "reconciliation", "questions", "fraud"}
Arrows = set[tuple[str, str]]


def forbidden_arrows() -> Arrows:
    """Pairs of rooms of which the contracts forbid the first to import the second."""
    arrows: Arrows = set()
    for contract in LINTER["contracts"]:
        if contract["type"] == "forbidden":
            arrows |= set(itertools.product(contract["source_modules"], contract["forbidden_modules"]))
        if contract["type"] == "layers" and not contract.get("containers"):
            arrows |= _upwards([layer.split(" | ") for layer in contract["layers"]])
    return {(source, target) for source, target in arrows if {source, target} <= ROOMS}


def _upwards(layers: list[list[str]]) -> Arrows:
    arrows: Arrows = set()
    for number, layer in enumerate(layers):
        above = [room for higher in layers[:number] for room in higher]
        arrows |= set(itertools.product(layer, above)) | set(itertools.permutations(layer, 2))
    return arrows


def arrows_of_the_table() -> Arrows:
    """Pairs of rooms of which the table says that the first may import the second."""
    _, _, text = (ROOT / "docs" / "architecture.md").read_text().partition("## The rooms")
    rows = re.findall(r"^\| `([\w/-]+)/` \|.*\|([^|]*)\|$", text.partition("\n## ")[0], re.MULTILINE)
    arrows: Arrows = set()
    for folder, words in rows:
        room = "local_azure" if folder == "packages/local-azure" else folder
        targets = APP if "everything of the app" in words else set(re.findall(r"`(\w+)`", words)) & ROOMS
        arrows |= {(room, target) for target in targets if target != room and room in ROOMS}
    return arrows


def test_every_package_of_the_repository_is_seen_by_the_contracts():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - NOT_HELD == ROOMS - {"local_azure"}


def test_the_contracts_forbid_every_arrow_that_the_table_of_rooms_does_not_have():
    assert set(itertools.permutations(ROOMS, 2)) - forbidden_arrows() == arrows_of_the_table()
