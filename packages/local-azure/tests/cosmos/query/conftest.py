"""A shop with indexes that its policy names, and a planner to which its documents are many."""

from collections.abc import Iterator

import pytest

from local_azure.cosmos.query import planner
from tests.cosmos.query.shop import NAMED, Shop, made


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound so low that a few thousand documents are many."""
    monkeypatch.setattr(planner, "FEW", 500)


@pytest.fixture(scope="module")
def named() -> Iterator[Shop]:
    """A shop whose policy names paths and a composite index."""
    shop = made(NAMED)
    yield shop
    shop.store.close()
