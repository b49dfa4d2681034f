"""docs/changing.md names files that exist: whoever follows it finds them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "changing.md").read_text()
WORDS = [word for code in re.findall(r"`([^`]+)`", TEXT) for word in code.split()]
PATHS = sorted(
    {
        word
        for word in WORDS
        if ("/" in word or word.endswith((".toml", ".example")))
        and re.fullmatch(r"[\w./-]+(/|\.(py|toml|json|kql|bicep|md|example))", word)
    }
)
PLACES = (ROOT, ROOT / "packages/local-azure/src/local_azure", ROOT / "packages/local-azure")
OF_A_READER = ("ROOM", "coverage.toml")
"""Paths that the reader completes."""


@pytest.mark.parametrize("path", [path for path in PATHS if not any(part in path for part in OF_A_READER)])
def test_a_file_that_the_page_names_exists(path: str):
    assert any((place / path).exists() for place in PLACES)


@pytest.mark.parametrize("recipe", TEXT.split("\n## ")[1:], ids=lambda recipe: recipe.partition("\n")[0])
def test_a_recipe_has_at_most_ten_lines(recipe: str):
    assert len([line for line in recipe.splitlines()[1:] if line]) <= 10


def test_the_page_names_files():
    assert len(PATHS) > 30
