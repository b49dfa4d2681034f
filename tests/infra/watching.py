"""Checks that a deployment is watched as tests/infra/watched.py asks: diagnostic settings, alerts, and who is told."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.infra import facts, watched
from tests.infra.deployment import Deployment, Resource

_WORKSPACE = "Microsoft.OperationalInsights/workspaces"
_PEOPLE = "Microsoft.Insights/actionGroups"
_QUERY_ALERT = "Microsoft.Insights/scheduledQueryRules"


def diagnostic_findings(deployment: Deployment) -> Iterator[str]:
    """Every resource that has logs or metrics sends them to our workspace; whatever is new has to be looked up."""
    workspaces = {workspace.id for workspace in deployment.of(_WORKSPACE)}
    settings = {setting.scope_id: setting for setting in deployment.of(facts.DIAGNOSTICS)}
    for resource in deployment.resources:
        setting, logs = settings.get(resource.id), watched.DIAGNOSED.get(resource.type)
        if logs is None:
            if resource.type not in watched.NOT_DIAGNOSED:
                yield f"{resource}: nobody has looked up whether {resource.type} has logs and metrics"
        elif setting is None:
            yield f"{resource}: has no diagnostic setting"
        else:
            if setting.at("properties.workspaceId") not in workspaces:
                yield f"{setting}: sends to another workspace"
            if missing := logs - {str(log.get("category")) for log in setting.at("properties.logs") or ()}:
                yield f"{setting}: does not send {', '.join(sorted(missing))}"


def alert_findings(deployment: Deployment) -> Iterator[str]:
    """Every metric that matters has an alert that goes off in time, and every alert reaches the people."""
    types = {resource.id: resource.type for resource in deployment.resources}
    criteria_of: dict[tuple[str, str], Mapping[str, Any]] = {}
    for alert in deployment.of(facts.METRIC_ALERT):
        scopes: list[str] = alert.at("properties.scopes") or []
        criteria: list[Mapping[str, Any]] = alert.at("properties.criteria.allOf") or []
        criteria_of |= {
            (types.get(scope, ""), str(criterion.get("metricName"))): criterion
            for scope in scopes
            for criterion in criteria
        }
    for (scope, metric), (highest, aggregation) in watched.ALERTED.items():
        criterion = criteria_of.get((scope, metric))
        if criterion is None:
            yield f"no alert looks at {metric} of {scope}"
        elif criterion.get("timeAggregation") != aggregation or criterion.get("threshold", highest + 1) > highest:
            yield f"the alert on {metric} of {scope} must go off above {highest} of its {aggregation}"
    for name in watched.QUERIES.keys() - {alert.name.rpartition("-")[0] for alert in deployment.of(_QUERY_ALERT)}:
        yield f"no alert asks {name}"
    people = {group.id for group in deployment.of(_PEOPLE)}
    for alert in deployment.of(facts.METRIC_ALERT) + deployment.of(_QUERY_ALERT) + deployment.of(facts.ACTIVITY_ALERT):
        if not people & _told(alert):
            yield f"{alert}: tells nobody"
    for alert in deployment.of(_QUERY_ALERT):
        name = alert.name.rpartition("-")[0]
        thresholds = [criterion.get("threshold") for criterion in alert.at("properties.criteria.allOf") or ()]
        if thresholds != [watched.QUERIES.get(name)] or not set(alert.at("properties.scopes") or [""]) <= types.keys():
            yield f"{alert}: must go off above {watched.QUERIES.get(name)} rows of our workspace"


def _told(alert: Resource) -> set[str]:
    if alert.type == _QUERY_ALERT:
        return set(alert.at("properties.actions.actionGroups") or ())
    path = "properties.actions.actionGroups" if alert.type == facts.ACTIVITY_ALERT else "properties.actions"
    return {str(action.get("actionGroupId")) for action in alert.at(path) or ()}
