"""Faults that are put into a snapshot, and how; the rules must find each."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from tests.infra import facts
from tests.infra.deployment import PARAMETERS, ROOT, snapshot
from tests.infra.sets import SETS


class _Removed:
    def __repr__(self) -> str:
        return "removed"


REMOVED = _Removed()


@dataclass(frozen=True)
class Fault:
    """A value in a snapshot, by the type and a part of the id of its resource, and what it is replaced by.

    `finding` is a part of what the rules must say. `path` is dotted, with numbers for the items of lists; REMOVED takes
    the property away, or with an empty path the resource.
    """

    type: str
    named: str
    path: str
    value: Any
    finding: str


APP = "func-"
SETTINGS = "properties.siteConfig.appSettings"
STORAGE = "Microsoft.Storage/storageAccounts"
HUBS = "Microsoft.EventHub/namespaces"
QUEUES = "Microsoft.ServiceBus/namespaces"
QUERY_ALERT = "Microsoft.Insights/scheduledQueryRules"
LOGIN = f"{facts.SITE}/config"
METRICS = "properties.criteria.allOf.0"
SCALE = "properties.functionAppConfig.scaleAndConcurrency"
READY = f"{SCALE}.alwaysReady"
PUBLIC = "properties.publicNetworkAccess"
HOST = "AzureFunctionsJobHost__extensions__"


@cache
def option(name: str) -> dict[str, Any] | None:
    """The snapshot of an option; None if it has no name."""
    return snapshot(ROOT, {**PARAMETERS, **SETS[name]}) if name else None


def plant(broken: dict[str, Any], fault: Fault) -> None:
    """Put a fault into a snapshot. Fails if its place does not exist."""
    resources: list[dict[str, Any]] = broken["predictedResources"]
    target = next(
        resource for resource in resources if resource["type"] == fault.type and fault.named in resource["id"]
    )
    if not fault.path:
        resources.remove(target)
        return
    *way, last = fault.path.split(".")
    place: Any = target
    for key in way:
        place = item(place, key)
    if isinstance(place, list):
        del place[int(last)]
    elif fault.value is REMOVED:
        del place[last]
    else:
        assert last in place
        place[last] = fault.value


def item(place: Any, key: str) -> Any:
    """An item of a list by its number or its name, or a property."""
    if not isinstance(place, list):
        return place[key]
    items = cast("list[Any]", place)
    return items[int(key)] if key.isdecimal() else next(item for item in items if item["name"] == key)
