"""The workflows of .github/: least permissions, pinned actions, no secrets, and deployments behind an environment."""

import os
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.test_parameters import asked_for

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {file.stem: yaml.safe_load(file.read_text()) for file in FILES}
ON = True
"""YAML 1.1, which PyYAML reads, takes the key `on` for a boolean."""
SECRETS = {"ALERT_WEBHOOK_URL", "OPERATIONS_WEBHOOK_URL", "WEBHOOK_SECRET", "ALERT_MAIL_SERVER"}
"""The address of a webhook carries a signature, that of a mail server a password; the secret signs what is posted."""
BY_AZD = {"BUDGET_START_DATE", "AZURE_PRINCIPAL_ID"}
"""What azd itself puts into the environment: an output of the deployment before, and who signs in."""
NAMES = sorted(WORKFLOWS)


def jobs(workflow: str) -> dict[str, dict[str, Any]]:
    return WORKFLOWS[workflow]["jobs"]


def steps(workflow: str) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job["steps"]]


def test_there_is_a_workflow_for_each_purpose():
    assert NAMES == ["contract", "deploy", "infrastructure", "test"]


@pytest.mark.parametrize("workflow", NAMES)
def test_a_workflow_may_read_the_code_and_a_job_may_ask_for_a_token_at_most(workflow: str):
    assert WORKFLOWS[workflow]["permissions"] == {"contents": "read"}
    for job in jobs(workflow).values():
        asked = job.get("permissions", {})
        assert asked in ({}, {"contents": "read", "id-token": "write"})
        # Whoever may sign in to Azure stands behind an environment, with its reviewers and its trust in Entra.
        assert ("environment" in job) == (asked != {})


@pytest.mark.parametrize("workflow", NAMES)
def test_actions_are_pinned_by_commit_and_leave_no_credentials(workflow: str):
    for step in steps(workflow):
        action = step.get("uses")
        assert action is None or re.fullmatch(r"(actions|azure|Azure)/[a-z-]+@[0-9a-f]{40}", action), action
        if action and action.startswith("actions/checkout"):
            assert step["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_the_version_stands_beside_the_commit(file: Path):
    pinned = [line for line in file.read_text().splitlines() if "uses:" in line]

    assert pinned
    assert all(re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line) for line in pinned)


@pytest.mark.parametrize("workflow", NAMES)
def test_runs_do_not_overlap_and_do_not_last_for_ever(workflow: str):
    assert WORKFLOWS[workflow]["concurrency"]["group"].startswith(workflow)
    assert all(job["timeout-minutes"] <= 60 for job in jobs(workflow).values())


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_the_webhooks_are_secrets_and_no_expression_reaches_a_shell(file: Path):
    assert set(re.findall(r"secrets\.(\w+)", file.read_text())) <= SECRETS
    for step in steps(file.stem):
        assert "${{" not in step.get("run", ""), step


def test_every_python_that_bicep_may_deploy_is_tested():
    allowed = re.search(
        r"@allowed\(\[([^\]]*)\]\)\s*param pythonVersion", (ROOT / "infra/modules/function-app.bicep").read_text()
    )
    assert allowed
    assert jobs("test")["test"]["strategy"]["matrix"]["python"] == re.findall(r"'([\d.]+)'", allowed[1])


def test_a_deployment_is_started_by_a_person_and_never_cut_short():
    assert WORKFLOWS["deploy"][ON] == {"workflow_dispatch": None}
    assert WORKFLOWS["deploy"]["concurrency"]["cancel-in-progress"] is False
    assert jobs("deploy")["deploy"]["environment"] == "production"


def test_a_deployment_can_set_whatever_a_person_can():
    # azd knows who signs in, and the budget's start comes with the outputs that `azd env refresh` brings.
    asked = asked_for() - BY_AZD
    given = dict(jobs("deploy")["deploy"]["env"])
    assert asked == given.keys() - {"AZURE_SUBSCRIPTION_ID"}
    assert given.pop("AZURE_PRINCIPAL_TYPE") == "ServicePrincipal"
    for name, value in given.items():
        assert value == f"${{{{ {'secrets' if name in SECRETS else 'vars'}.{name} }}}}"


def test_what_if_sees_every_parameter_that_a_deployment_has():
    command = next(step for step in jobs("infrastructure")["what-if"]["steps"] if "what-if" in step.get("run", ""))
    given, of_the_deployment = dict(command["env"]), jobs("deploy")["deploy"]["env"]

    assert "--parameters infra/main.bicepparam" in command["run"]
    assert given.keys() == asked_for()
    assert {name: given.pop(name) for name in BY_AZD} == {name: f"${{{{ vars.{name} }}}}" for name in BY_AZD}
    assert given == {name: of_the_deployment[name] for name in given}


def test_the_documents_name_what_the_what_if_must_be_told():
    step = (ROOT / "docs" / "azure.md").read_text().partition("### 8. From GitHub")[2].partition("\n## ")[0]

    assert [name for name in BY_AZD if f"`{name}` (" not in step] == []


def test_a_job_that_was_stopped_for_a_provisioning_that_failed_is_started_again():
    """azd has no hook for it. The step stands between: what fails later has started the job already."""
    commands = [(step.get("run"), step.get("if")) for step in jobs("deploy")["deploy"]["steps"]]
    first = commands.index(("azd provision --no-prompt", None))

    assert commands[first + 1 : first + 3] == [
        ("azd hooks run postprovision", "failure()"),
        ("azd deploy --no-prompt", None),
    ]


def test_bicep_is_built_again_when_a_file_changes_that_it_loads():
    loaded = re.compile(r"load(?:Json|Text)Content\('((?:\.\./)+[^']+)'")
    files = {
        os.path.normpath(path.parent / file).removeprefix(f"{ROOT}{os.sep}")
        for path in (ROOT / "infra").rglob("*.bicep")
        for file in loaded.findall(path.read_text())
    }
    paths = WORKFLOWS["infrastructure"][ON]["pull_request"]["paths"]

    assert "host.json" in files
    assert [file for file in files if not any(fnmatch(file, path) for path in paths)] == []


def test_a_failure_to_remember_what_is_deployed_is_not_swallowed():
    """A budget whose start moves is refused, and a hook that knows of no job stops none."""
    commands = [step.get("run", "") for step in steps("deploy")]

    assert not [command for command in commands if "||" in command]
    (asks,) = [command for command in commands if "az group exists" in command and "azd env refresh" in command]
    assert 'exists="$(az group exists' in asks, "the failure of a command within [ ] ends nothing"


def test_what_if_never_runs_for_a_fork():
    assert "head.repo.full_name == github.repository" in jobs("infrastructure")["what-if"]["if"]
