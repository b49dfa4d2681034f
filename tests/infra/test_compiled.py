"""infra/ compiles without an error, a warning or a finding of the linter, and is formatted as the compiler formats."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.infra.compiler import compiler
from tests.infra.deployment import MAIN, ROOT, planted
from tests.infra.template import order_findings, scope_findings, waiting_findings

FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "infra").rglob("*.bicep"))

REFUSED = {
    "syntax": ("modules/service-bus.bicep", "lockDuration: 'PT1M'", "lockDuration: 'PT1M", "BCP004"),
    "an unknown name": ("modules/cosmos.bicep", "parent: database", "parent: databse", "BCP057"),
    "an unknown function": ("main.bicep", "toLower(", "lower(", "BCP057"),
    "an unused parameter": ("modules/identity.bicep", "  tags: tags\n", "", "no-unused-params"),
    "an undescribed parameter": (
        "modules/identity.bicep",
        "@description('Tags of every resource.')\n",
        "",
        "use-description-params",
    ),
    "a name twice": ("main.bicep", "var sizes =", "var prefixes =", "BCP028"),
    "a module without its file": ("main.bicep", "'modules/cosmos.bicep'", "'modules/cosmo.bicep'", "BCP091"),
    "a missing parameter": ("main.bicep", "    streamingUnits: chosen.streamingUnits\n", "", "BCP035"),
    "an unknown parameter": ("modules/stream-job.bicep", "    extent:", "    extend:", "BCP089"),
    "a wrong type": ("main.bicep", ": chosen.monthlyBudget", ": '900'", "BCP036"),
    "an unknown output": ("main.bicep", "serviceBus.outputs.queueName", "serviceBus.outputs.queue", "BCP053"),
    "a query without its file": (
        "modules/stream-analytics.bicep",
        "suspicious-windows.asaql",
        "windows.asaql",
        "BCP091",
    ),
    "a module without a scope": ("main.bicep", "  scope: group\n  name: 'cosmos'", "  name: 'cosmos'", "BCP134"),
    "a child without a parent": (
        "modules/event-hub.bicep",
        "  parent: hub\n  name: 'archiver'",
        "  name: 'archiver'",
        "BCP169",
    ),
    "a misspelled dependsOn": ("modules/app.bicep", "  dependsOn:", "  dependOn:", "BCP089"),
    "an unknown API version": (
        "modules/event-hub.bicep",
        "eventhubs@2024-01-01",
        "eventhubs@2024-05-02",
        "BCP081",
    ),
    "an unknown type": (
        "modules/monitoring.bicep",
        "'Microsoft.Insights/components@2020-02-02'",
        "'Microsoft.Insights/component@2020-02-02'",
        "BCP081",
    ),
    "a misspelled property": ("modules/cosmos.bicep", "backupPolicy:", "backupPolicies:", "BCP089"),
    "a property in the wrong place": (
        "modules/function-app.bicep",
        "    httpsOnly: true\n    functionAppConfig: {",
        "    functionAppConfig: {\n      httpsOnly: true",
        "BCP037",
    ),
    "a key in an output": (
        "modules/storage.bicep",
        "account.properties.primaryEndpoints.queue",
        "account.listKeys().keys[0].value",
        "outputs-should-not-contain-secrets",
    ),
    "a role that the scope does not take": (
        "modules/access/capture.bicep",
        "['blobDataContributor']",
        "['blobDataOwner']",
        "BCP034",
    ),
    "a name that is too long": ("abbreviations.json", '"st"', '"storageaccountofthe"', "BCP332"),
}
"""A text of a file of infra/, what it is replaced by, and the code that the compiler gives for this."""

LATE = {
    "the job": "modules/stream-job.bicep",
    "Capture": "modules/ingest.bicep",
    "the app": "modules/app.bicep",
    "the monitor": "modules/monitor.bicep",
}
"""The resource that would be made before its roles, and the file that makes it wait."""
AT_ONCE = {
    "endpoints beside a role in Cosmos": ("main.bicep", "  dependsOn: [people]\n"),
    "endpoints": ("modules/private-endpoints.bicep", "@batchSize(1)\n"),
    "rules on versions beside versioning": ("modules/storage.bicep", "  dependsOn: [blobs]\n"),
    "a role in Cosmos beside others": (
        "modules/access/function-app.bicep",
        "  dependsOn: [host, hub, queue, allEvents, otherContainers, telemetry]\n",
    ),
}
"""Two changes at once, of which a service refuses one, and the line of a file that keeps them apart."""


def test_infra_compiles_without_a_finding():
    assert compiler().findings(ROOT / MAIN) == []


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_formatted_as_the_compiler_formats(file: str):
    assert compiler().formatted(ROOT / file) == (ROOT / file).read_text()


@pytest.mark.parametrize(("file", "old", "new", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_the_compiler_refuses_a_wrong_file(tmp_path: Path, file: str, old: str, new: str, code: str):
    root = planted(tmp_path, f"infra/{file}", old, new)
    asked = root / "infra" / file if file.endswith(".bicep") else root / MAIN

    codes = [finding.split(": ")[1] for finding in compiler().findings(asked)]
    assert code in codes


def test_what_runs_as_an_identity_waits_for_its_roles_and_lies_in_the_group():
    template = compiler().template(ROOT / MAIN)

    assert list(order_findings(template)) == []
    assert list(scope_findings(template)) == []


@pytest.mark.parametrize("file", LATE.values(), ids=LATE.keys())
def test_roles_that_nobody_waits_for_are_noticed(tmp_path: Path, file: str):
    root = planted(tmp_path, f"infra/{file}", "  dependsOn: [access]\n", "")

    late = list(order_findings(compiler().template(root / MAIN)))
    assert any("does not wait for the roles in" in finding for finding in late), late


def test_what_a_service_takes_one_by_one_is_made_so():
    assert list(waiting_findings(compiler().template(ROOT / MAIN))) == []


@pytest.mark.parametrize(("file", "line"), AT_ONCE.values(), ids=AT_ONCE.keys())
def test_what_would_be_made_at_once_is_noticed(tmp_path: Path, file: str, line: str):
    root = planted(tmp_path, f"infra/{file}", line, "")

    assert list(waiting_findings(compiler().template(root / MAIN))) != []


def test_a_module_beside_the_resource_group_is_noticed():
    template = {"resources": [{"type": "Microsoft.Resources/deployments", "name": "cosmos"}]}

    assert list(scope_findings(template)) == ["cosmos: is deployed beside the resource group"]


def _properties() -> list[tuple[str, int]]:
    """Every line of a module that begins with the name of a property, but names that are free or looked up by data."""
    return [
        (path, number)
        for path in FILES
        for number, line in enumerate((ROOT / path).read_text().splitlines())
        if re.match(r"\s+[A-Za-z]\w*:", line)
        and not re.match(r"\s+((expected|spent|dimensions|name):|\w+: 'privatelink\.)", line)
    ]


@pytest.mark.timeout(600)  # some seconds each on a busy machine
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(_properties()))
def test_a_misspelled_property_does_not_go_unnoticed(tmp_path_factory: pytest.TempPathFactory, place: tuple[str, int]):
    path, number = place
    lines = (ROOT / path).read_text().splitlines(keepends=True)
    before = "".join(lines)
    lines[number] = re.sub(r"^(\s+\w+):", r"\1X:", lines[number])
    root = planted(tmp_path_factory.mktemp("misspelled"), path, before, "".join(lines))

    assert compiler().findings(root / path), lines[number]
