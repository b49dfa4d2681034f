"""The order in which resources are made: the compiled template holds it, a snapshot does not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

_DEPLOYMENT = "Microsoft.Resources/deployments"
_ENDPOINT = "Microsoft.Network/privateEndpoints"
_USER_ASSIGNED = "Microsoft.ManagedIdentity/userAssignedIdentities"
_IDENTITY = re.compile(
    r"(?:'Microsoft\.Resources/deployments', '([\w-]+)'\).*|reference\('([\w-]+)'\))\.outputs\.(id|principalId)\.value"
)
"""The module by its name; in a file with types of its own, which the compiler writes in another way, by its symbol."""


def order_findings(template: Mapping[str, Any]) -> Iterator[str]:
    """Findings of resources that run as an identity and are not made after the identity has its roles.

    A module that takes the id of an identity waits for every module beside it that takes its object id, which only
    role assignments need.
    """
    modules, names_of = modules_of(template), _names_of_symbols(template)
    users: dict[str, set[str]] = {}
    grants: dict[str, set[str]] = {}
    for name, module in modules.items():
        for parameter in module["properties"].get("parameters", {}).values():
            if match := _IDENTITY.search(str(parameter)):
                identity = match[1] or names_of.get(match[2], match[2])
                (users if match[3] == "id" else grants).setdefault(identity, set()).add(name)
    for identity in users.keys() & _identities(modules):
        names = users[identity]
        if not grants.get(identity):
            yield f"{identity}: its roles are granted elsewhere"
        for name in names:
            waits = " ".join(f"'{names_of.get(each, each)}'" for each in modules[name].get("dependsOn", []))
            yield from (
                f"{name}: does not wait for the roles in {grant}"
                for grant in sorted(grants.get(identity, set()))
                if f"'{grant}'" not in waits
            )
    for module in modules.values():
        yield from order_findings(module["properties"]["template"])


_WAITING = (
    ((), "endpoints", ("people",)),
    (("warehouse", "warehouse-account"), "Microsoft.Storage/storageAccounts/managementPolicies", ("blobs",)),
    (
        ("app", "function-app-access"),
        "function-app-database",
        tuple(f"function-app-{name}" for name in ("all-events", "host", "hub", "queue", "telemetry")),
    ),
)
"""The modules that lead to a resource, its name or type, and what it has to wait for."""


def waiting_findings(template: Mapping[str, Any]) -> Iterator[str]:
    """Findings of resources that are made while their service works at another one, and refuses them for that."""
    for path, late, earlier in _WAITING:
        within = template
        for name in path:
            within = modules_of(within)[name]["properties"]["template"]
        for resource in _resources(within):
            if late in (resource["name"], resource["type"]):
                waits = " ".join(resource.get("dependsOn", []))
                yield from (
                    f"{late}: does not wait for {each}" for each in earlier if not re.search(rf"\b{each}\b", waits)
                )
    for module in modules_of(modules_of(template)["endpoints"]["properties"]["template"]).values():
        types = {resource["type"] for resource in _resources(module["properties"]["template"])}
        if _ENDPOINT in types and module["copy"].get("batchSize") != 1:
            yield "endpoints: several are made at once"


def modules_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """The modules of a template by the name of their deployment."""
    return {str(resource["name"]): resource for resource in _resources(template) if resource["type"] == _DEPLOYMENT}


def _names_of_symbols(template: Mapping[str, Any]) -> dict[str, str]:
    """The names of resources by their symbols; none in a template that has no symbols."""
    resources = template["resources"]
    symbols = cast(dict[str, Any], resources) if isinstance(resources, dict) else {}
    return {symbol: str(resource["name"]) for symbol, resource in symbols.items()}


def _identities(modules: Mapping[str, Any]) -> set[str]:
    """The modules that make an identity."""
    return {
        name
        for name, module in modules.items()
        if any(resource["type"] == _USER_ASSIGNED for resource in _resources(module["properties"]["template"]))
    }


def scope_findings(template: Mapping[str, Any]) -> Iterator[str]:
    """Everything but the resource group itself lies in the resource group."""
    for resource in _resources(template):
        if resource["type"] == _DEPLOYMENT and "resourceGroup" not in resource:
            yield f"{resource['name']}: is deployed beside the resource group"


def _resources(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    resources: Any = template["resources"]
    named = isinstance(resources, dict)
    return list(cast("dict[str, Any]", resources).values()) if named else resources
