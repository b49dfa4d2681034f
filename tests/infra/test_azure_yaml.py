"""azure.yaml finds what Bicep makes: the app by its tag, and the hooks' stream job by an output."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra import facts
from tests.infra.deployment import deploy

ROOT = Path(__file__).parents[2]
AZD: dict[str, Any] = yaml.safe_load((ROOT / "azure.yaml").read_text())


def test_azd_finds_the_app_by_the_name_of_its_service():
    tags = [site.at("tags").get("azd-service-name") for site in deploy().of(facts.SITE)]

    assert tags == list(AZD["services"])
    assert AZD["services"][tags[0]] == {"project": ".", "language": "python", "host": "function"}
    assert (ROOT / AZD["infra"]["path"] / f"{AZD['infra']['module']}.bicep").is_file()


def test_an_azd_whose_bicep_is_too_old_is_refused_and_the_template_has_its_name():
    """azd holds itself to `requiredVersions`, and names `metadata.template` in its telemetry, as azd's schema says."""
    page = (ROOT / "docs" / "azure.md").read_text()
    least = re.search(r"`azd` (\d+\.\d+) or newer", page)

    assert least
    assert AZD["requiredVersions"] == {"azd": f">= {least[1]}.0"}
    assert re.fullmatch(rf"{AZD['name']}@\d+\.\d+\.\d+", AZD["metadata"]["template"])


@pytest.mark.parametrize("system", ["posix", "windows"])
@pytest.mark.parametrize(
    ("when", "action"), [("preprovision", "prepare"), ("postprovision", "resume"), ("postdeploy", "start")]
)
def test_the_hooks_call_their_script_on_every_system(system: str, when: str, action: str):
    _, script, asked = AZD["hooks"][when][system]["run"].split()

    assert (ROOT / script).is_file()
    assert asked == action


def test_the_page_tells_of_every_hook_in_the_order_in_which_azd_runs_them():
    page = (ROOT / "docs" / "azure.md").read_text()
    told = re.findall(r"^\d\. runs `infra/hooks/stream_job\.py (\w+)`", page, re.MULTILINE)

    assert told == [hook["posix"]["run"].split()[2] for hook in AZD["hooks"].values()]


def test_the_hooks_read_outputs_that_bicep_gives():
    script = (ROOT / "infra" / "hooks" / "stream_job.py").read_text()
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', script))
    outputs = deploy().outputs

    # azd itself sets the subscription.
    assert (
        read - {"AZURE_SUBSCRIPTION_ID", "FRAUD_SIZE"}
        == {"AZURE_RESOURCE_GROUP", "STREAM_ANALYTICS_JOB"}
        <= outputs.keys()
    )
    assert outputs["STREAM_ANALYTICS_JOB"] == deploy().one(facts.JOB).name
