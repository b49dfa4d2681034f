"""Installs Azurite, as pinned by `package-lock.json` beside this file.

    python -m local_azure.azurite.install [DIR]

Does nothing if that version is already there. DIR is by default `.local/tools/azurite` of the current folder if that
exists, else a folder of the user's data, `~/.local/share/local-azure/azurite`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local_azure.azurite.node import node, npm
from local_azure.core.lock import hold
from local_azure.core.process import CannotStartError

OF_A_CLONE = Path(".local/tools/azurite")
_PINS = ("package.json", "package-lock.json")
_PATIENCE_SECONDS = 300.0
"""The time that another process may take which installs into the same folder."""
_TAIL_LINES = 8


def default_folder() -> Path:
    """The folder of Azurite if none is chosen: that of the current folder if there is one, else that of the user."""
    if OF_A_CLONE.is_dir():
        return OF_A_CLONE.resolve()
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "local-azure" / "azurite"


def is_installed(folder: Path) -> bool:
    """True if the pinned Azurite is in `folder`."""
    stamp = _stamp(folder)
    return stamp.exists() and stamp.read_bytes() == _pinned()


def install(folder: Path) -> None:
    """Make `folder` hold the pinned Azurite.

    Raises CannotStartError if npm cannot install it, with the last lines that npm wrote.
    """
    if is_installed(folder):
        return
    sys.stderr.write(f"Installing Azurite in {folder} (once; npm fetches it from its registry) ...\n")
    try:
        with hold(folder / "install.lock", "Azurite is being installed by process {process}", _PATIENCE_SECONDS):
            if not is_installed(folder):
                _run_npm(folder)
                _stamp(folder).write_bytes(_pinned())
    except OSError as problem:
        raise CannotStartError(
            f"Azurite cannot be installed in {folder}: {problem}; choose another folder"
        ) from problem


def _run_npm(folder: Path) -> None:
    for name in _PINS:
        shutil.copyfile(Path(__file__).with_name(name), folder / name)
    # Programs that npm starts look for `node` on the path.
    environment = {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm_ended = subprocess.run(  # noqa: S603 - our own command
        [*npm(), "ci", *options],
        cwd=folder,
        env=environment,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if npm_ended.returncode != 0:
        tail = "\n    ".join(npm_ended.stdout.strip().splitlines()[-_TAIL_LINES:])
        raise CannotStartError(
            f"npm could not install Azurite in {folder} (exit code {npm_ended.returncode}); it needs npm's registry: "
            f"check the network and npm's configuration, then start again. npm said:\n    {tail}"
        )


def _stamp(folder: Path) -> Path:
    return folder / "installed-lock.json"


def _pinned() -> bytes:
    return Path(__file__).with_name("package-lock.json").read_bytes()


def main(arguments: list[str]) -> None:
    """The command line."""
    try:
        install(Path(arguments[0]) if arguments else default_folder())
    except CannotStartError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv[1:])
