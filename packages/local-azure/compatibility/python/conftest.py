"""The settings of the parts, from the environment that `parts.py` makes."""

import os
import urllib.request
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def settings() -> dict[str, str]:
    """`EVENT_HUBS`, `SERVICE_BUS`, `COSMOS_ENDPOINT`, `COSMOS_KEY`, `BLOB`, `CONTROL`."""
    return dict(os.environ)


@pytest.fixture
def kill(settings: dict[str, str]) -> Callable[[str], None]:
    """Ends a part as a crash would, and waits until it is there again."""

    def kill(part: str) -> None:
        asked = urllib.request.Request(f"{settings['CONTROL']}/kill/{part}", method="POST")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert answer.status == 204

    return kill
