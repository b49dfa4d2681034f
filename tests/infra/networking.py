"""The optional network: nothing but what is meant to be public is, and each store can be reached through it."""

import re
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
ZONES: Final = {
    "blob": "privatelink.blob.core.windows.net",
    "queue": "privatelink.queue.core.windows.net",
    "table": "privatelink.table.core.windows.net",
    "namespace": "privatelink.servicebus.windows.net",
    "Sql": "privatelink.documents.azure.com",
}
"""The zone in which each part's name is looked up ("Azure Private Endpoint private DNS zone values", public cloud)."""
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
    yield from _zone_findings(deployment, {network.id for network in networks})
    for network in networks:
        yield from _subnet_findings(deployment, network)


def _zone_findings(deployment: Deployment, networks: set[str]) -> Iterator[str]:
    groups = {group.name: group for group in deployment.of(f"{facts.ENDPOINT}/privateDnsZoneGroups")}
    zones = {_zone(zone.name) for zone in deployment.of(facts.ZONE)}
    linked = {
        _zone(link.name)
        for link in deployment.of(f"{facts.ZONE}/virtualNetworkLinks")
        if link.at("properties.virtualNetwork.id") in networks
    }
    for endpoint in deployment.of(facts.ENDPOINT):
        group = groups.get(f"{endpoint.name}/default")
        if group is None:
            yield f"{endpoint}: is entered in no zone"
            continue
        entered = {
            _zone(each["properties"]["privateDnsZoneId"]) for each in group.at("properties.privateDnsZoneConfigs") or ()
        }
        if entered != {ZONES.get(part) for part in _parts(endpoint)}:
            yield f"{endpoint}: leads to {sorted(_parts(endpoint))} and is entered in {sorted(entered)}"
        for zone in sorted(entered - zones):
            yield f"{endpoint}: no zone is called {zone}"
        for zone in sorted(entered - linked):
            yield f"{endpoint}: the network does not ask {zone}"


def _zone(text: str) -> str:
    """The name of a zone, in its id, its name or that of a part; the ending of storage is the public cloud's."""
    match = re.search(r"privatelink\.[\w.{}]*[\w}]", text)
    return match[0].replace("{0}", "core.windows.net") if match else text


def _parts(endpoint: Resource) -> set[str]:
    led: list[dict[str, Any]] = endpoint.at("properties.privateLinkServiceConnections") or []
    return {part for connection in led for part in connection["properties"]["groupIds"]}


def _subnet_findings(deployment: Deployment, network: Resource) -> Iterator[str]:
    subnets: dict[str, Any] = {each["name"]: each["properties"] for each in network.at("properties.subnets") or ()}
    for name, subnet in subnets.items():
        if "networkSecurityGroup" not in subnet:
            yield f"{network}: its subnet {name} has no security group, which landing zones refuse"
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
        elif not subnets[subnet].get("defaultOutboundAccess") and "natGateway" not in subnets[subnet]:
            yield f"{site}: its subnet has no way to what stays public"


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
