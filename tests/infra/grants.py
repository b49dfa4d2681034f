"""The grants, of a role to an identity on a resource: read from a deployment, and from the table in docs/azure.md."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tests.infra import facts
from tests.infra.deployment import DEPLOYER, PERSON, ROOT, Deployment, Resource

PRINCIPAL = re.compile(r"\[reference\('[^']*/userAssignedIdentities/([\w-]+)', '[\d-]+'\)\.principalId\]")
_ENDING = re.compile(r"-?[a-z0-9]{13}$")
"""The end of a name, which comes from `uniqueString`."""

_GUID = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""The name space of Bicep's function `guid`, whose result is a UUID of version 5."""
_DEFINITION = {facts.ROLE: r"/Microsoft\.Authorization/roleDefinitions/", facts.COSMOS_ROLE: r"/sqlRoleDefinitions/"}


@dataclass(frozen=True, order=True)
class Grant:
    """An identity, a role by its published name, and the resource it is valid for, without the ending of its name."""

    identity: str
    role: str
    scope: str


def grants_of(deployment: Deployment) -> set[Grant]:
    """The grants of a deployment."""
    return {
        Grant(
            _identity(assignment),
            facts.ROLES.get(_role_id(assignment), ("an unknown role",))[0],
            _scope(deployment, assignment),
        )
        for assignment in _assignments(deployment)
    }


def documented_grants() -> set[Grant]:
    """The grants in the table of roles in docs/azure.md."""
    section = (ROOT / "docs" / "azure.md").read_text().partition("\n## Roles\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| ([\w -]+) \| ([^|]+) \|", section, re.MULTILINE)
    return {Grant(identity, role, scope.strip().replace("`", "")) for identity, role, scope in rows}


def grant_findings(deployment: Deployment) -> Iterator[str]:
    """Roles are known, stand on the smallest resource that they make sense for, and are the documented ones."""
    for assignment in _assignments(deployment):
        role_id, scope = _role_id(assignment), deployment.scope_of(assignment)
        if role_id not in facts.ROLES:
            yield f"{assignment}: {role_id} is unknown here"
            continue
        role, *wanted = facts.ROLES[role_id]
        definition = assignment.at("properties.roleDefinitionId")
        if not re.search(_DEFINITION[assignment.type], str(definition)):
            yield f"{assignment}: {definition} does not name a role definition"
        if assignment.type == facts.ROLE and (scope is None or scope.type not in wanted):
            place = scope.type if scope else "the whole group"
            yield f"{assignment}: {role} is granted on {place}, not on {' or '.join(wanted)}"
        database = re.fullmatch(r".+/dbs/\w+", str(assignment.at("properties.scope")))
        if assignment.type == facts.COSMOS_ROLE and not database:
            yield f"{assignment}: {role} is granted on more than a database"
        if assignment.type == facts.ROLE and (scope is None or assignment.name != _name(assignment, scope, role_id)):
            yield f"{assignment}: its name must come from scope, principal and role, or two assignments meet"
        if _identity(assignment) == "somebody":
            yield f"{assignment}: is granted to something that is not an identity of ours"
        kind = assignment.at("properties.principalType")
        kinds = _KINDS.get(_identity(assignment), {"ServicePrincipal"})
        if assignment.type == facts.ROLE and kind not in kinds:
            yield f"{assignment}: principalType {kind} is not what {_identity(assignment)} are"
        if (role, scope and scope.type) == _SET_UP and _identity(assignment) != "deployer":
            yield f"{assignment}: {role} on a whole account is for whoever sets Capture up"
    kinds = {each.at("properties.principalType") for each in deployment.of(facts.ROLE) if _identity(each) == "people"}
    if len(kinds) > 1:
        yield f"people are of several kinds: {', '.join(sorted(map(str, kinds)))}"
    granted, documented = grants_of(deployment), documented_grants()
    for grant in sorted(granted - documented):
        yield f"docs/azure.md does not name: {grant.identity}, {grant.role}, {grant.scope}"
    for grant in sorted(documented - granted):
        yield f"docs/azure.md names what is not granted: {grant.identity}, {grant.role}, {grant.scope}"


_KINDS: dict[str, set[str | None]] = {
    "people": {"User", "Group", "ServicePrincipal"},
    # Whoever deploys may be of any kind, which Azure knows already: only of new principals it does not.
    "deployer": {None},
}
_SET_UP = ("Storage Blob Data Contributor", facts.STORAGE)
"""Event Hubs asks whoever sets Capture up for it; an identity of ours has a container at a time."""


def _assignments(deployment: Deployment) -> list[Resource]:
    return [*deployment.of(facts.ROLE), *deployment.of(facts.COSMOS_ROLE)]


def _name(assignment: Resource, scope: Resource, role_id: str) -> str:
    principal = str(assignment.at("properties.principalId")).strip("[]")
    if principal == PERSON:
        return str(uuid.uuid5(_GUID, f"{scope.id}-{principal}-{role_id}"))
    return f"[guid('{scope.id}', {principal}, '{role_id}')]"


def _role_id(assignment: Resource) -> str:
    return str(assignment.at("properties.roleDefinitionId")).rpartition("/")[2]


def _identity(assignment: Resource) -> str:
    if assignment.at("properties.principalId") == PERSON:
        return "people"
    if assignment.at("properties.principalId") == DEPLOYER:
        return "deployer"
    match = PRINCIPAL.fullmatch(str(assignment.at("properties.principalId")))
    return _short(match[1]).removeprefix("id-") if match else "somebody"


def _scope(deployment: Deployment, assignment: Resource) -> str:
    if assignment.type == facts.COSMOS_ROLE:
        return f"database {str(assignment.at('properties.scope')).rpartition('/')[2]}"
    scope = deployment.scope_of(assignment)
    if scope is None:
        return "the whole group"
    name = _short(scope.short_name)
    return {
        facts.CONTAINER: f"container {scope.short_name}",
        facts.HUB: f"hub {scope.short_name}",
        facts.QUEUE: f"queue {scope.short_name}",
        "Microsoft.Storage/storageAccounts": f"account {name}",
        "Microsoft.Insights/components": "Application Insights",
        facts.SCHEDULER: "the scheduler",
    }.get(scope.type, scope.type)


def _short(name: str) -> str:
    return _ENDING.sub("", name)
