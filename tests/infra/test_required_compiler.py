"""`.ci/run` checks infra/ wherever there is a compiler or should be one; the hosted workflow takes the same version."""

import os
import re
import shutil
import subprocess
from pathlib import Path

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
    script = f'set -euo pipefail\nREQUIRE_BICEP="${{REQUIRE_BICEP:-}}"\n{CHECKS[0]}'
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


def test_a_machine_without_one_says_so_unless_it_is_asked_for(tmp_path: Path):
    assert "infra/ was not checked" in run_the_checks(tmp_path)
    assert run_the_checks(tmp_path, REQUIRE_BICEP="1") == "make infra  REQUIRE_BICEP=1\n"


def test_the_hosted_workflow_installs_the_version_whose_snapshots_are_kept():
    workflow = (ROOT / ".github" / "workflows" / "infrastructure.yml").read_text()
    written = re.search(
        r"The version is (\d+\.\d+\.\d+) here", (ROOT / "docs/decisions/bicep-and-azure.md").read_text()
    )

    assert written is not None
    assert f"az bicep install --version v{written[1]}\n" in workflow
