"""`.ci/run` checks infra/ unless it is told not to; the hosted workflow takes the same version of the compiler."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.compiler import program
from tests.infra.deployment import ROOT

CHECKS = re.search(r"^BICEP=.*?^fi$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE | re.DOTALL)


def run_the_checks(folder: Path, **environment: str) -> str:
    """Run the part of `.ci/run` on infra/ in a folder, with a `make` that says what it is asked for; what is said."""
    assert CHECKS is not None
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "make").write_text('#!/bin/sh\necho "make $* $BICEP REQUIRE_BICEP=$REQUIRE_BICEP"\n')
    (programs / "make").chmod(0o755)
    bash, realpath = (shutil.which(name) for name in ("bash", "realpath"))
    assert bash and realpath  # noqa: PT018 - both or none
    (programs / "realpath").unlink(missing_ok=True)
    (programs / "realpath").symlink_to(realpath)  # no other folder is on the path: a compiler may lie in one
    checkout = folder / "checkout"
    checkout.mkdir(exist_ok=True)
    script = f"set -euo pipefail\n{CHECKS[0]}"
    kept = {name: value for name, value in os.environ.items() if name not in ("BICEP", "REQUIRE_BICEP")}
    done = subprocess.run(
        [bash, "-c", script],
        env={**kept, "PATH": str(programs), **environment},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_compiler_that_is_named_is_required(tmp_path: Path):
    assert run_the_checks(tmp_path, BICEP="/opt/bicep") == "make infra /opt/bicep REQUIRE_BICEP=1\n"


def test_a_compiler_that_belongs_beside_the_checkout_is_required_though_it_is_gone(tmp_path: Path):
    (tmp_path / "shared" / "tools").mkdir(parents=True)

    wanted = (tmp_path / "shared" / "tools" / "bicep" / "bicep").resolve()
    assert run_the_checks(tmp_path) == f"make infra {wanted} REQUIRE_BICEP=1\n"


def test_a_machine_without_one_is_asked_for_it_all_the_same(tmp_path: Path):
    assert run_the_checks(tmp_path) == "make infra  REQUIRE_BICEP=1\n"


def test_nothing_but_an_explicit_none_leaves_infra_unchecked(tmp_path: Path):
    assert run_the_checks(tmp_path, BICEP="none") == "======== infra/ was not checked: BICEP=none ========\n"


@pytest.mark.parametrize("named", ["", "none"])
def test_a_compiler_that_is_required_and_absent_fails_the_tests(named: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BICEP", named)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("REQUIRE_BICEP", raising=False)

    with pytest.raises(pytest.skip.Exception, match="Bicep is absent"):
        program()
    monkeypatch.setenv("REQUIRE_BICEP", "1")
    with pytest.raises(pytest.fail.Exception, match="Bicep is absent"):
        program()


def test_the_hosted_workflow_installs_the_version_whose_snapshots_are_kept():
    workflow = (ROOT / ".github" / "workflows" / "infrastructure.yml").read_text()
    written = re.search(
        r"The version is (\d+\.\d+\.\d+) here", (ROOT / "docs/decisions/bicep-and-azure.md").read_text()
    )

    assert written is not None
    assert f"az bicep install --version v{written[1]}\n" in workflow
