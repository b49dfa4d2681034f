"""Checks what a deployment keeps, how long and how safely, as its parameters ask: events, backups, files, budget."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.infra import facts
from tests.infra.deployment import Deployment
from tests.infra.figures import SIZES

IMMUTABLE: Final = "all-events"
"""The only container whose blobs can be made immutable: all others are written again (docs/azure.md)."""
BACKUP_TIERS: Final = {7: "Continuous7Days", 30: "Continuous30Days"}
_CONTAINERS: Final = f"{facts.COSMOS}/sqlDatabases/containers"
_SECONDS_OF_A_DAY: Final = 86_400
_FOR_EVER: Final = -1


def keeping_findings(deployment: Deployment, parameters: Mapping[str, Any]) -> Iterator[str]:
    """What is kept is what these parameters of main.bicep ask for; those that are left out have their defaults."""
    for what, (value, wanted) in _kept(deployment, parameters).items():
        if value != wanted:
            yield f"{what} is {value!r}, must be {wanted!r}"


def _kept(deployment: Deployment, parameters: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    account = deployment.one(facts.COSMOS)
    days, budget = parameters.get("immutableDays", 0), parameters.get("monthlyBudget", 0)
    of_the_size = SIZES[parameters.get("size", "1k")]["monthlyBudget"]
    return {
        "defaultTtl of events": (_ttl(deployment, "events"), parameters.get("eventDays", 30) * _SECONDS_OF_A_DAY),
        "defaultTtl of cases": (_ttl(deployment, "cases"), _FOR_EVER),
        "the backup's tier": (
            account.at("properties.backupPolicy.continuousModeProperties.tier"),
            BACKUP_TIERS[parameters.get("archiveBackupDays", 7)],
        ),
        "isZoneRedundant": (
            [place.get("isZoneRedundant") for place in account.at("properties.locations") or ()],
            [parameters.get("archiveZoneRedundant", False)],
        ),
        "what is immutable, in days": (_immutable(deployment), {_of_the_warehouse(deployment): days} if days else {}),
        "the budget": (
            [each.at("properties.amount") for each in deployment.of("Microsoft.Consumption/budgets")],
            [] if budget < 0 else [budget or of_the_size],
        ),
    }


def _ttl(deployment: Deployment, container: str) -> Any:
    return deployment.one(_CONTAINERS, container).at("properties.resource.defaultTtl")


def _of_the_warehouse(deployment: Deployment) -> str:
    return f"{deployment.outputs['WAREHOUSE_ACCOUNT']}/default/{IMMUTABLE}"


def _immutable(deployment: Deployment) -> dict[str, Any]:
    """The days for which nobody can change a blob, by the name of its container below account and service."""
    return {
        policy.name.rpartition("/")[0]: policy.at("properties.immutabilityPeriodSinceCreationInDays")
        for policy in deployment.of(f"{facts.CONTAINER}/immutabilityPolicies")
    }
