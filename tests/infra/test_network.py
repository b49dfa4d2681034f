"""Behind a network the stores answer private endpoints alone, and a planted fault of a network is found."""

import copy

import pytest

from tests.infra import facts
from tests.infra.deployment import deploy, deployment_of
from tests.infra.networking import network_findings
from tests.infra.planting import APP, HUBS, PUBLIC, QUEUES, REMOVED, STORAGE, Fault, option, plant

OF_A_NETWORK = {
    "a store that stays public": Fault(facts.COSMOS, "", PUBLIC, "Enabled", "publicNetworkAccess is not Disabled"),
    "an account whose firewall is open": Fault(
        STORAGE, "stwh", "properties.networkAcls.defaultAction", "Allow", "defaultAction is not Deny"
    ),
    "a table that nothing leads to": Fault(
        facts.ENDPOINT, "app-table", "", REMOVED, "no private endpoint leads to its table"
    ),
    "an endpoint to another part": Fault(
        facts.ENDPOINT,
        "cosmos",
        "properties.privateLinkServiceConnections.0.properties.groupIds",
        ["Sql2"],
        "no private endpoint leads to its Sql",
    ),
    "an endpoint without a name": Fault(
        f"{facts.ENDPOINT}/privateDnsZoneGroups", "event-hubs", "", REMOVED, "is entered in no zone"
    ),
    "an endpoint in the zone of another part": Fault(
        f"{facts.ENDPOINT}/privateDnsZoneGroups",
        "app-queue",
        "properties.privateDnsZoneConfigs.0.properties.privateDnsZoneId",
        "/x/privateDnsZones/privatelink.documents.azure.com",
        "leads to ['queue'] and is entered in ['privatelink.documents.azure.com']",
    ),
    "a zone that is called otherwise": Fault(
        facts.ZONE,
        "documents",
        "name",
        "privatelink.documents.azure.net",
        "no zone is called privatelink.documents.azure.com",
    ),
    "a zone that the network does not ask": Fault(
        f"{facts.ZONE}/virtualNetworkLinks",
        "servicebus",
        "",
        REMOVED,
        "does not ask privatelink.servicebus.windows.net",
    ),
    "an app outside": Fault(facts.SITE, APP, "properties.virtualNetworkSubnetId", REMOVED, "is in no subnet"),
    "a subnet without a way out": Fault(
        facts.VNET, "", "properties.subnets.0.properties.defaultOutboundAccess", False, "no way to what stays public"
    ),
    "a subnet that nothing guards": Fault(
        facts.VNET,
        "",
        "properties.subnets.1.properties.networkSecurityGroup",
        REMOVED,
        "endpoints has no security group",
    ),
    "a subnet that Flex does not take": Fault(
        facts.VNET, "", "properties.subnets.0.properties.delegations", [], "delegated to Microsoft.App/environments"
    ),
}
"""Faults put into the option of a network."""


def test_behind_a_network_nothing_but_the_queue_and_the_app_is_public():
    deployment = deploy(vnetEnabled=True)
    public = {
        resource.type for resource in deployment.resources if resource.at("properties.publicNetworkAccess") == "Enabled"
    }
    served = {
        connection["properties"]["privateLinkServiceId"]
        for endpoint in deployment.of(facts.ENDPOINT)
        for connection in endpoint.at("properties.privateLinkServiceConnections")
    }

    assert public == {QUEUES, facts.SITE}
    stores = [*deployment.of(STORAGE), *deployment.of(HUBS), *deployment.of(facts.COSMOS)]
    assert served == {store.id for store in stores}
    assert str(deployment.one(facts.SITE).at("properties.virtualNetworkSubnetId")).endswith("/subnets/app")


@pytest.mark.parametrize("fault", OF_A_NETWORK.values(), ids=OF_A_NETWORK.keys())
def test_a_planted_fault_of_a_network_is_found(fault: Fault):
    broken = copy.deepcopy(option("network"))
    assert broken is not None
    plant(broken, fault)

    said = list(network_findings(deployment_of(broken)))
    assert any(fault.finding in finding for finding in said), said
