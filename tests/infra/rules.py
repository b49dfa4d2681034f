"""The house rules of what is deployed. Each gives its findings as text; an empty list means that it holds."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.infra import facts
from tests.infra.deployment import MAIN, Deployment, Resource
from tests.infra.figures import host_findings, redundancy_findings
from tests.infra.grants import grant_findings
from tests.infra.leaves import leaves
from tests.infra.naming import limit_findings, name_findings, parent_findings
from tests.infra.networking import network_findings
from tests.infra.values import value_findings
from tests.infra.watching import alert_findings, diagnostic_findings

OPTIONS: dict[str, Any] = {
    "monitorClientId": "11111111-2222-3333-4444-555555555555",
    "monitorUsers": "a@example.com",
}
"""Everything that is deployed on demand only."""
OUTPUTS = {
    *("AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_TENANT_ID", "AZURE_FUNCTION_NAME"),
    *("SERVICE_FUNCTIONS_NAME", "SERVICE_FUNCTIONS_URI", "FUNCTION_APP", "FUNCTION_APP_URL"),
    *("STREAM_ANALYTICS_JOB", "BUDGET_START_DATE", "WAREHOUSE_ACCOUNT", "MONITOR_APP", "MONITOR_URL"),
}
"""All that azd, the hooks, the command line and docs/azure.md ask a deployment for."""
_SECRET = re.compile(r"AccountKey=|SharedAccessKey|[?&]sig=|listKeys|ConnectionString", re.IGNORECASE)
_TELEMETRY = re.compile(r"\[reference\('[^']*/Microsoft\.Insights/components/[^']*', '[\d-]+'\)\.ConnectionString\]")
_MONITOR_CONNECTION = {f"AzureWebJobsStorage__{part}" for part in ("accountName", "credential", "clientId")}


def findings(deployment: Deployment) -> list[str]:
    """Everything that is wrong with a deployment that has every optional part."""
    return sorted({finding for rule in RULES for finding in rule(deployment)})


def _versions(deployment: Deployment) -> Iterator[str]:
    """Every type is one that we know, at the version whose properties we know."""
    for resource in deployment.resources:
        pinned = {**facts.VERSIONS, **facts.OPTIONAL_VERSIONS}.get(resource.type)
        if pinned is None:
            yield f"{resource}: nothing is known of its type"
        elif resource.version != pinned:
            yield f"{resource}: version {resource.version}, pinned is {pinned}"


def complete_findings(deployment: Deployment) -> Iterator[str]:
    """Every type that belongs to the pipeline is deployed."""
    for missing in facts.VERSIONS.keys() - {resource.type for resource in deployment.resources}:
        yield f"nothing of type {missing} is deployed"


def _holds(value: Any, allowed: Any) -> bool:
    if isinstance(allowed, range) and not isinstance(value, int):
        # A range compares anything else with each of its numbers, of which the size of a file has 500 million.
        return False
    try:
        return value in allowed
    except TypeError:  # lists and objects cannot be in a set
        return False


def _properties(deployment: Deployment) -> Iterator[str]:
    """Every property that we rely on is set, and to what it must be."""
    for resource in deployment.resources:
        for path, allowed in facts.REQUIRED.get(resource.type, {}).items():
            value = resource.at(path)
            if not _holds(value, allowed):
                yield f"{resource}: {path} is {value!r}, must be {allowed!r}"


def _secrets(deployment: Deployment) -> Iterator[str]:
    """Keys, connection strings and signatures are neither written nor handed out; Application Insights' holds none."""
    for resource in deployment.resources:
        for path, value in leaves(resource.body):
            if path[-1] != "name" and _SECRET.search(str(value)) and not _TELEMETRY.fullmatch(str(value)):
                yield f"{resource}: {'/'.join(path)} holds a secret"
    for name, value in deployment.outputs.items():
        if not re.fullmatch(r"[A-Z][A-Z_]*", name):
            yield f"{MAIN}: the output {name} is not in upper case"
        if _SECRET.search(str(value)):
            yield f"{MAIN}: the output {name} holds a secret"


def _outputs(deployment: Deployment) -> Iterator[str]:
    """azd, the hooks and the documents find what they ask for."""
    for missing in OUTPUTS - deployment.outputs.keys():
        yield f"{MAIN}: there is no output {missing}"


def settings_of(site: Resource) -> dict[str, Any]:
    """The settings of a function app by name."""
    return {setting["name"]: setting["value"] for setting in site.at("properties.siteConfig.appSettings") or ()}


def _settings(deployment: Deployment) -> Iterator[str]:
    """There are settings, each stands there once, and Flex Consumption refuses none."""
    for site in deployment.of(facts.SITE):
        names = [setting["name"] for setting in site.at("properties.siteConfig.appSettings") or ()]
        if len(names) != len(set(names)) or not names:
            yield f"{site}: a setting stands there twice, or there is none"
        for foreign in facts.FOREIGN_TO_FLEX & set(names):
            yield f"{site}: {foreign} has no place on Flex Consumption"


def _vault_references(deployment: Deployment) -> Iterator[str]:
    """References to a Key Vault are read as the app's own identity, which is not the platform's default."""
    for site in deployment.of(facts.SITE):
        identities: dict[str, object] = site.at("identity.userAssignedIdentities") or {}
        is_the_app = site.name == deployment.outputs.get("FUNCTION_APP")
        if is_the_app and [site.at("properties.keyVaultReferenceIdentity")] != list(identities):
            yield f"{site}: keyVaultReferenceIdentity is not its own identity"


def _monitor(deployment: Deployment) -> Iterator[str]:
    """The monitor shows one hub, to read only, behind a login."""
    for site in deployment.of(facts.SITE):
        settings = settings_of(site)
        if not any(name.startswith("DFM_") for name in settings):
            continue
        if not settings.get("DFM_HUB_NAME") or settings.get("DFM_MODE") != "ReadOnly":
            yield f"{site}: the monitor must show one hub, to read only"
        if "DFM_NONCE" in settings or not settings.get("DFM_ALLOWED_USER_NAMES"):
            yield f"{site}: the monitor must ask everybody who they are"
        if missing := _MONITOR_CONNECTION - settings.keys():
            yield f"{site}: {', '.join(sorted(missing))} is not set"
        if not any(config.id.startswith(f"{site.id}/config/") for config in deployment.of(f"{facts.SITE}/config")):
            yield f"{site}: a login must stand before the monitor"


Rule = Callable[[Deployment], Iterator[str]]


def _logins(deployment: Deployment) -> Iterator[str]:
    """The monitor answers nobody without a login; the app does: its keys, its health and its producer need none."""
    for login in deployment.of(f"{facts.SITE}/config"):
        is_of_the_app = login.name.startswith(f"{deployment.outputs['FUNCTION_APP']}/")
        asked = login.at("properties.globalValidation.requireAuthentication")
        action = login.at("properties.globalValidation.unauthenticatedClientAction")
        allowed = {"AllowAnonymous"} if is_of_the_app else {"RedirectToLoginPage", "Return401", "Return403"}
        if asked is is_of_the_app:
            yield f"{login}: requireAuthentication is {asked}"
        if action not in allowed:
            yield f"{login}: unauthenticatedClientAction is {action}"


RULES: tuple[Rule, ...] = (
    _versions,
    complete_findings,
    _properties,
    value_findings,
    name_findings,
    parent_findings,
    limit_findings,
    host_findings,
    redundancy_findings,
    network_findings,
    _outputs,
    _secrets,
    diagnostic_findings,
    alert_findings,
    _settings,
    _vault_references,
    _monitor,
    _logins,
    grant_findings,
)
