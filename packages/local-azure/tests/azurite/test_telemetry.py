"""Azurite starts without the library that would send its telemetry."""

import subprocess
from pathlib import Path

import pytest

from local_azure.azurite import __main__ as part
from local_azure.azurite.install import default_folder
from local_azure.azurite.node import node

LIST_LOADED_FILES = 'process.on("exit", () => process.stdout.write(Object.keys(require.cache).join("\\n")));\n'


@pytest.mark.slow
def test_azurite_loads_its_blob_service_and_nothing_of_telemetry(tmp_path: Path):
    listing = tmp_path / "list_loaded_files.cjs"
    listing.write_text(LIST_LOADED_FILES)
    preloaded = Path(part.__file__).with_name("without_telemetry.cjs")
    azurite = default_folder() / "node_modules/azurite/dist/src/blob/main.js"

    command = [node(), "--require", listing, "--require", preloaded, azurite, "--version"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    assert "/azurite/dist/src/blob/BlobServer.js" in loaded
    assert "/opentelemetry/" not in loaded.replace("@", "")
