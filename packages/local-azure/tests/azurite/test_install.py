"""The folder of Azurite, and an npm that cannot install it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.azurite.install import OF_A_CLONE, default_folder


def test_the_folder_of_a_clone_is_taken_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_folder() == tmp_path / "data" / "local-azure" / "azurite"

    (tmp_path / OF_A_CLONE).mkdir(parents=True)
    assert default_folder() == tmp_path / OF_A_CLONE


@pytest.mark.slow
def test_an_npm_that_cannot_install_is_told_in_words_with_what_npm_said(tmp_path: Path):
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "local_azure.azurite", "--state", tmp_path / "state", "--tools", tmp_path / "tools"],
        env=os.environ | nowhere | {"npm_config_cache": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 2
    assert f"npm could not install Azurite in {tmp_path / 'tools'}" in done.stderr
    assert "check the network and npm's configuration" in done.stderr
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
