"""All that is installed is locked: each requirement has a version and hashes, nothing names a registry's address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKED = {
    "app": ROOT / "requirements.txt",
    **{path.stem: path.with_suffix(".txt") for path in (ROOT / "requirements").glob("*.in") if path.stem != "app"},
}
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> set[tuple[str, str]]:
    return {(name.replace("_", "-"), version) for name, version in PIN.findall(text.lower())}


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_has_hashes_and_no_line_has_an_address(name: str):
    text = LOCKED[name].read_text()
    requirements = [block for block in re.split(r"\n(?=[a-z])", text) if not block.startswith("#")]

    assert requirements
    assert [block.splitlines()[0] for block in requirements if "--hash=sha256:" not in block] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", LOCKED)
def test_what_is_asked_for_is_what_is_locked(name: str):
    asked = pins((ROOT / "requirements" / f"{name}.in").read_text())

    assert asked
    assert asked - pins(LOCKED[name].read_text()) == set()


def test_the_app_and_the_tools_around_it_agree_on_every_version():
    app, local, dev = (pins(LOCKED[name].read_text()) for name in ("app", "local", "dev"))

    assert app <= local <= dev


def test_the_package_admits_every_version_that_is_locked_here():
    project = tomllib.loads((ROOT / "packages" / "local-azure" / "pyproject.toml").read_text())["project"]
    locked = dict(pins(LOCKED["dev"].read_text()))
    asked = [*project["dependencies"], *project["optional-dependencies"]["testing"]]

    refused = {
        each: locked[requirement.name]
        for each, requirement in ((each, Requirement(each)) for each in asked)
        if not requirement.specifier.contains(locked[requirement.name])
    }
    assert refused == {}
