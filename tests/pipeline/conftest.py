"""These tests are the longest chain, so they come first: what follows fills the other cores until they end."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of all tests, not only of this folder's."""
    items.sort(key=lambda item: not item.path.is_relative_to(Path(__file__).parent))
