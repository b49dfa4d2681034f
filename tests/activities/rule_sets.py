"""The rule set that a test has windows judged by."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from services.settings import settings


@contextmanager
def judging_by(name: str) -> Generator[None]:
    """The setting names this rule set, as long as nobody names another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RULE_SET", name)
        settings.cache_clear()
        yield
    settings.cache_clear()
