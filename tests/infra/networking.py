"""The optional network: nothing but what is meant to be public is, and each store can be reached through it."""

from collections.abc import Iterator
from typing import Any, Final

from tests.infra import facts
from tests.infra.deployment import Deployment, Resource

STORES: Final = (facts.STORAGE, "Microsoft.EventHub/namespaces", facts.COSMOS)
"""The stores behind private endpoints. Service Bus Standard and the scheduler's API version have none."""
PARTS: Final = {
    "Microsoft.EventHub/namespaces": {"namespace"},
    facts.COSMOS: {"Sql"},
    facts.STORAGE: {"blob"},
}
"""The parts of a store that need an endpoint; of the app's own account, queue and table too."""
_OF_THE_HOST: Final = {"blob", "queue", "table"}
_FLEX: Final = "Microsoft.App/environments"


def network_findings(deployment: Deployment) -> Iterator[str]:
    """With a network, stores are private, each of their parts has an endpoint and a name, and the app is inside."""
    networks = deployment.of(facts.VNET)
    access = "Disabled" if networks else "Enabled"
    for store in _stores(deployment):
        if store.at("properties.publicNetworkAccess") != access:
            yield f"{store}: publicNetworkAccess is not {access}"
        if store.type == facts.STORAGE and store.at("properties.networkAcls.defaultAction") != _DEFAULT[access]:
            yield f"{store}: its firewall's defaultAction is not {_DEFAULT[access]}"
    if not networks:
        return
    served = _served(deployment)
    for store in _stores(deployment):
        is_the_apps = store.type == facts.STORAGE and store.name != deployment.outputs.get("WAREHOUSE_ACCOUNT")
        for part in sorted((_OF_THE_HOST if is_the_apps else PARTS[store.type]) - served.get(store.id, set())):
            yield f"{store}: no private endpoint leads to its {part}"
    for endpoint in deployment.of(facts.ENDPOINT):
        groups = [group.name for group in deployment.of(f"{facts.ENDPOINT}/privateDnsZoneGroups")]
        if f"{endpoint.name}/default" not in groups:
            yield f"{endpoint}: is entered in no zone"
    for network in networks:
        yield from _subnet_findings(deployment, network)


def _subnet_findings(deployment: Deployment, network: Resource) -> Iterator[str]:
    subnets: dict[str, Any] = {each["name"]: each["properties"] for each in network.at("properties.subnets") or ()}
    delegated = {
        name
        for name, subnet in subnets.items()
        for delegation in subnet.get("delegations", ())
        if delegation["properties"]["serviceName"] == _FLEX
    }
    for site in deployment.of(facts.SITE):
        _, _, subnet = str(site.at("properties.virtualNetworkSubnetId")).rpartition("/subnets/")
        if subnet not in delegated:
            yield f"{site}: is in no subnet of {network.name} that is delegated to {_FLEX}"


_DEFAULT: Final = {"Enabled": "Allow", "Disabled": "Deny"}


def _stores(deployment: Deployment) -> list[Resource]:
    return [store for type_ in STORES for store in deployment.of(type_)]


def _served(deployment: Deployment) -> dict[str, set[str]]:
    """By the id of a store, its parts that endpoints lead to."""
    served: dict[str, set[str]] = {}
    for endpoint in deployment.of(facts.ENDPOINT):
        for connection in endpoint.at("properties.privateLinkServiceConnections") or ():
            led: dict[str, Any] = connection["properties"]
            served.setdefault(led["privateLinkServiceId"], set()).update(led["groupIds"])
    return served
