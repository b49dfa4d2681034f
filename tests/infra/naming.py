"""Names, parents and limits of every resource, as "Naming rules and restrictions for Azure resources" and the pages of
"limits" of each service have them. Lengths and characters are of the last part of a name, below its parents' names.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tests.infra import facts
from tests.infra.deployment import Deployment, Resource

_STORAGE_PARTS: Final = ("managementPolicies", "blobServices", "blobServices/containers/immutabilityPolicies")
_INSIGHTS_NAME: Final = r"[^*#&+:<>?@%{}/\\|]{1,260}(?<![ .])"
_GUID: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KNOWN_LATE: Final = rf"{_GUID}|\[(guid|format)\(.+\)\]"
"""A GUID, or the expression for one that holds an object id, which Azure knows when it deploys."""
_NAMESPACE: Final = r"[A-Za-z](?!.*-(sb|mgmt)$)[A-Za-z0-9-]{4,48}[A-Za-z0-9]"
_NETWORK_NAME: Final = r"[A-Za-z0-9][\w.-]{0,62}\w"

NAMES: Final[Mapping[str, str]] = {
    "Microsoft.Resources/resourceGroups": r"[\w().-]{1,90}(?<!\.)",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[A-Za-z0-9][\w-]{2,127}",
    facts.STORAGE: r"[a-z0-9]{3,24}",
    **dict.fromkeys((f"{facts.STORAGE}/{part}" for part in _STORAGE_PARTS), "default"),
    facts.CONTAINER: r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
    "Microsoft.EventHub/namespaces": _NAMESPACE,
    "Microsoft.EventHub/namespaces/networkRuleSets": "default",
    facts.HUB: r"[A-Za-z0-9]([\w.-]{0,254}[A-Za-z0-9])?",
    f"{facts.HUB}/consumergroups": r"[A-Za-z0-9]([\w.-]{0,48}[A-Za-z0-9])?",
    "Microsoft.ServiceBus/namespaces": _NAMESPACE,
    facts.QUEUE: r"[A-Za-z0-9]([\w./-]{0,258}[A-Za-z0-9])?",
    facts.COSMOS: r"[a-z0-9][a-z0-9-]{2,43}",
    f"{facts.COSMOS}/sqlDatabases": r"[^/\\#?]{1,255}(?<! )",
    f"{facts.COSMOS}/sqlDatabases/containers": r"[^/\\#?]{1,255}(?<! )",
    facts.COSMOS_ROLE: _KNOWN_LATE,
    facts.JOB: r"[\w-]{3,63}",
    f"{facts.JOB}/inputs": r"[\w-]{3,63}",
    f"{facts.JOB}/outputs": r"[\w-]{3,63}",
    "Microsoft.Web/serverfarms": r"[A-Za-z0-9-]{1,40}",
    # Two hosts on one storage account are told apart by the first 32 letters of their names.
    facts.SITE: r"[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]",
    f"{facts.SITE}/config": "authsettingsV2",
    f"{facts.SITE}/basicPublishingCredentialsPolicies": "ftp|scm",
    facts.ROLE: _KNOWN_LATE,
    "Microsoft.OperationalInsights/workspaces": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "Microsoft.Insights/components": r"[^%&\\?/]{1,260}(?<![ .])",
    facts.DIAGNOSTICS: r"[^*<>%&:\\?+/]{1,260}",
    facts.METRIC_ALERT: _INSIGHTS_NAME,
    facts.ACTIVITY_ALERT: _INSIGHTS_NAME,
    "Microsoft.Insights/scheduledQueryRules": _INSIGHTS_NAME,
    "Microsoft.Insights/actionGroups": _INSIGHTS_NAME,
    facts.WORKBOOK: _GUID,
    "Microsoft.Consumption/budgets": r"[\w-]{1,63}",
    facts.SCHEDULER: r"[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]",
    f"{facts.SCHEDULER}/taskHubs": r"[A-Za-z][A-Za-z0-9-]{2,63}",
    facts.VNET: _NETWORK_NAME,
    facts.NSG: _NETWORK_NAME,
    facts.ENDPOINT: _NETWORK_NAME,
    f"{facts.ENDPOINT}/privateDnsZoneGroups": r"[\w.-]{1,80}",
    facts.ZONE: r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+",
    f"{facts.ZONE}/virtualNetworkLinks": r"[\w.-]{1,80}",
}
"""The names that Azure takes, by type."""

MOST: Final[Mapping[str, int]] = {
    f"{facts.HUB}/consumergroups": 19,  # of a hub of Standard, beside $Default
    facts.DIAGNOSTICS: 5,  # of a resource
    f"{facts.COSMOS}/sqlDatabases/containers": 25,  # of a database whose containers scale by themselves
    facts.COSMOS_ROLE: 2_000,  # of an account
}
"""The number of such resources that a parent, or what they extend, may have."""
_MOST_RULES, _MOST_TAG, _MOST_SHORT_NAME = 100, 256, 12
"""Of a lifecycle policy; letters of a tag's value, and of the short name that mails of an action group have."""
_WITH_SUFFIX = re.compile(r"format\('([^'{]*)\{0\}', environment\(\)\.suffixes\.storage\)")
_FORMATTED = re.compile(r"\[format\('\{0\}/\{1\}', '([^']+)'")


def name_findings(deployment: Deployment) -> Iterator[str]:
    """Names have the length and the letters that Azure takes, and nothing is deployed twice."""
    seen: set[str] = set()
    for resource in deployment.resources:
        taken = NAMES.get(resource.type)
        name = _plain(resource.name)
        name = name if name.startswith("[") else name.rpartition("/")[2]
        if taken is None:
            yield f"{resource}: nobody has looked up which names {resource.type} may have"
        elif not re.fullmatch(taken, name, re.DOTALL):
            yield f"{resource}: its name is not one that Azure takes: {taken}"
        if resource.id.lower() in seen:
            yield f"{resource}: is deployed twice"
        seen.add(resource.id.lower())


def parent_findings(deployment: Deployment) -> Iterator[str]:
    """A part lies in a whole of its type, all lie in one group, and each can be found by the environment's tag."""
    wholes = {(resource.type, _plain(resource.name)) for resource in deployment.resources}
    (group,) = deployment.of("Microsoft.Resources/resourceGroups") or [None]
    environment = group.at("tags.azd-env-name") if group else None
    for resource in deployment.resources:
        type_, _, _ = resource.type.rpartition("/")
        if resource.type.count("/") > 1 and (type_, parent_of(resource)) not in wholes:
            yield f"{resource}: its parent {parent_of(resource)} is not deployed"
        if group is not None and resource is not group and f"'{group.name}'" not in _place(resource):
            yield f"{resource}: does not lie in the group {group.name}"
        if resource.at("location") and (resource.at("tags.azd-env-name") or "") != environment:
            yield f"{resource}: has not the tag azd-env-name of its group"


def limit_findings(deployment: Deployment) -> Iterator[str]:
    """No more parts, rules and letters than Azure takes."""
    for type_, most in MOST.items():
        counts: dict[str, int] = {}
        for resource in deployment.of(type_):
            whole = resource.scope_id if type_ == facts.DIAGNOSTICS else parent_of(resource)
            counts[str(whole)] = counts.get(str(whole), 0) + 1
        yield from (f"{whole}: has more than {most} {type_}" for whole, count in counts.items() if count > most)
    for policy in deployment.of(f"{facts.STORAGE}/managementPolicies"):
        if len(policy.at("properties.policy.rules") or ()) > _MOST_RULES:
            yield f"{policy}: has more than {_MOST_RULES} rules"
    for people in deployment.of("Microsoft.Insights/actionGroups"):
        if not 0 < len(str(people.at("properties.groupShortName") or "")) <= _MOST_SHORT_NAME:
            yield f"{people}: its short name has not 1 to {_MOST_SHORT_NAME} letters"
    for resource in deployment.resources:
        tags: dict[str, str] = resource.at("tags") or {}
        if any(len(value) > _MOST_TAG for value in tags.values()):
            yield f"{resource}: a tag has more than {_MOST_TAG} letters"


def parent_of(resource: Resource) -> str:
    """The name of the resource that another one is a part of; empty for a whole."""
    if formatted := _FORMATTED.match(resource.name):
        return formatted[1]
    return _plain(resource.name).rpartition("/")[0]


def _plain(name: str) -> str:
    """A name whose expression holds nothing but the suffix of storage addresses, as Azure's public cloud has it."""
    text = _WITH_SUFFIX.sub(r"'\1core.windows.net'", name)
    if match := re.fullmatch(r"\[(?:format\('\{0\}/\{1\}', )?'([^']+)'(?:, '([^']+)'\))?\]", text):
        return "/".join(part for part in match.groups() if part)
    return name


def _place(resource: Resource) -> str:
    """Its resource group in apostrophes, wherever an id or an expression for one names it."""
    places = re.findall(r"/resourceGroups/([^/']+)|resourceId\('[^']*', '([^']+)'", resource.id)
    return " ".join(f"'{first or second}'" for first, second in places)
