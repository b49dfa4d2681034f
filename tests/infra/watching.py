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
    """Every metric, query and event that matters has an alert that goes off in time, and every alert reaches people."""
    yield from _metric_findings(deployment)
    yield from _query_findings(deployment)
    yield from _activity_findings(deployment)
    people = {group.id for group in deployment.of(_PEOPLE)}
    for alert in deployment.of(facts.METRIC_ALERT) + deployment.of(_QUERY_ALERT) + deployment.of(facts.ACTIVITY_ALERT):
        if not people & _told(alert):
            yield f"{alert}: tells nobody"


def _metric_findings(deployment: Deployment) -> Iterator[str]:
    types = {resource.id: resource.type for resource in deployment.resources}
    alerts = {_plain_name(alert): alert for alert in deployment.of(facts.METRIC_ALERT)}
    for name in alerts.keys() - watched.ALERTED.keys():
        yield f"{alerts[name]}: nobody has said how early it must go off"
    for name, wanted in watched.ALERTED.items():
        alert = alerts.get(name)
        scopes = [types.get(scope) for scope in alert.at("properties.scopes") or ()] if alert else []
        criteria: list[Mapping[str, Any]] = (alert.at("properties.criteria.allOf") if alert else None) or []
        if scopes != [wanted.type] or [criterion.get("metricName") for criterion in criteria] != [wanted.metric]:
            yield f"no alert looks at {wanted.metric} of {wanted.type}, as {name} should"
            continue
        (criterion,) = criteria
        late = criterion.get("threshold", wanted.highest + 1) > wanted.highest
        if late or criterion.get("timeAggregation") != wanted.aggregation:
            yield f"{alert}: must go off above {wanted.highest} of its {wanted.aggregation}"
        counted = {dimension: values for dimension, values in [wanted[-2:]] if dimension}
        if _counted(criterion) != counted:
            yield f"{alert}: must count {counted}, not {_counted(criterion)}"


def _query_findings(deployment: Deployment) -> Iterator[str]:
    ids = {resource.id for resource in deployment.resources}
    alerts = deployment.of(_QUERY_ALERT)
    for name in watched.QUERIES.keys() - {_plain_name(alert) for alert in alerts}:
        yield f"no alert asks {name}"
    for alert in alerts:
        highest = watched.QUERIES.get(_plain_name(alert))
        thresholds = [criterion.get("threshold") for criterion in alert.at("properties.criteria.allOf") or ()]
        if thresholds != [highest] or not set(alert.at("properties.scopes") or [""]) <= ids:
            yield f"{alert}: must go off above {highest} rows of our workspace"


def _activity_findings(deployment: Deployment) -> Iterator[str]:
    alerts = {_plain_name(alert): alert for alert in deployment.of(facts.ACTIVITY_ALERT)}
    for name, wanted in watched.TOLD_OF.items():
        alert = alerts.get(name)
        conditions: list[Mapping[str, Any]] = (alert.at("properties.condition.allOf") if alert else None) or []
        if _fields(conditions) != wanted:
            yield f"no alert of the activity log tells of {name}: {_told_of(wanted)}"


def _fields(conditions: list[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The values that each field may have; `anyOf` holds one field's alternatives."""
    fields: dict[str, frozenset[str]] = {}
    for condition in conditions:
        for each in condition.get("anyOf") or [condition]:
            name = str(each.get("field"))
            fields[name] = fields.get(name, frozenset()) | {str(each.get("equals"))}
    return fields


def _told_of(wanted: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {field: sorted(values) for field, values in wanted.items()}


def _counted(criterion: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The values that count, by dimension; empty if everything does."""
    return {
        str(dimension.get("name")): tuple(map(str, dimension.get("values") or ()))
        for dimension in criterion.get("dimensions") or ()
        if dimension.get("operator") == "Include"
    }


def _plain_name(alert: Resource) -> str:
    """Without the ending that all names have."""
    return alert.name.rpartition("-")[0]


def _told(alert: Resource) -> set[str]:
    if alert.type == _QUERY_ALERT:
        return set(alert.at("properties.actions.actionGroups") or ())
    path = "properties.actions.actionGroups" if alert.type == facts.ACTIVITY_ALERT else "properties.actions"
    return {str(action.get("actionGroupId")) for action in alert.at(path) or ()}
