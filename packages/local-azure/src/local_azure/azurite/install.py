"""Installs Azurite, as pinned by `package-lock.json` beside this file, into a folder of the clone.

    python -m local_azure.azurite.install .local/tools/azurite

Does nothing if that version is already there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local_azure.azurite.node import node, npm

_PINS = ("package.json", "package-lock.json")


def install(folder: Path) -> None:
    """Make `folder` hold the pinned Azurite. Raises CalledProcessError if npm cannot install it."""
    here = Path(__file__).parent
    stamp = folder / "installed-lock.json"
    pinned = (here / "package-lock.json").read_bytes()
    if stamp.exists() and stamp.read_bytes() == pinned:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PINS:
        shutil.copyfile(here / name, folder / name)
    # What npm starts looks for `node` on the path.
    environment = {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm(), "ci", *options], cwd=folder, env=environment, check=True)  # noqa: S603
    stamp.write_bytes(pinned)


if __name__ == "__main__":
    install(Path(sys.argv[1]))
