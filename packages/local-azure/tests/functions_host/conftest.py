"""Hosts as real subprocesses, over real local parts."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.functions_host.hosting import APPS, Host, host


@pytest.fixture(scope="session")
def http_host(tmp_path_factory: pytest.TempPathFactory) -> Generator[Host]:
    """A host of the HTTP app that all tests share."""
    with host(APPS / "http", tmp_path_factory.mktemp("http") / "functions") as running:
        yield running


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "functions"
