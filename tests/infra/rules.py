"""The house rules of what is deployed. Each gives its findings as text; none means that it holds."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tests.infra import facts
from tests.infra.bicep.deploy import deploy
from tests.infra.bicep.sources import MAIN, Sources
from tests.infra.bicep.static import file_findings, mentioned
from tests.infra.bicep.syntax import parse
from tests.infra.bicep.values import BicepError, Deployment, Resource, Runtime
from tests.infra.grants import PRINCIPAL, grant_findings
from tests.infra.properties import leaves, property_findings
from tests.infra.values import value_findings
from tests.infra.watching import alert_findings, diagnostic_findings

OPTIONS: dict[str, Any] = {
    "monitorClientId": "11111111-2222-3333-4444-555555555555",
    "monitorUsers": "a@example.com",
}
"""Everything that is deployed on demand only."""
SIZES = ("1k", "5k", "10k")
_SECRET = re.compile(r"AccountKey=|SharedAccessKey|[?&]sig=|listKeys|ConnectionString", re.IGNORECASE)
_MONITOR_CONNECTION = {f"AzureWebJobsStorage__{part}" for part in ("accountName", "credential", "clientId")}


def all_findings(sources: Sources) -> list[str]:
    """Everything that is wrong with infra/, at every size and with every optional part."""
    found = [finding for path in sources.bicep_files() for finding in _of_file(path, sources.read(path))]
    for size in SIZES:
        try:
            deployment = deploy(sources, size=size, **OPTIONS)
        except BicepError as error:
            found.append(str(error))
            continue
        for rule in RULES:
            found += rule(deployment)
        found += _waits_for_roles(deployment, sources)
    return sorted(set(found))


def _made(deployment: Deployment) -> list[Resource]:
    return [one for one in deployment.resources if not one.existing]


def _place(resource: Resource) -> str:
    return f"{resource.file}:{resource.line}: {resource.symbol}"


def _versions(deployment: Deployment) -> Iterator[str]:
    """Every type is one that we know, at the version whose properties we know."""
    for one in deployment.resources:
        if one.type not in facts.VERSIONS:
            yield f"{_place(one)}: nothing is known of {one.type}"
        elif one.version != facts.VERSIONS[one.type]:
            yield f"{_place(one)}: version {one.version} of {one.type}, pinned is {facts.VERSIONS[one.type]}"


def _complete(deployment: Deployment) -> Iterator[str]:
    """Every type that belongs to the pipeline is deployed."""
    for missing in facts.VERSIONS.keys() - {one.type for one in _made(deployment)}:
        yield f"nothing of type {missing} is deployed"


def _properties(deployment: Deployment) -> Iterator[str]:
    """Every property that we rely on is set, and to what it must be."""
    for one in _made(deployment):
        for path, allowed in facts.REQUIRED.get(one.type, {}).items():
            value = one.at(path)
            try:
                holds = value in allowed
            except TypeError:  # lists and objects cannot be in a set
                holds = False
            if not holds:
                yield f"{_place(one)}: {path} is {value!r}, must be {allowed!r}"


def _names(deployment: Deployment) -> Iterator[str]:
    """Names fit, and nothing is deployed twice."""
    seen: set[str] = set()
    for one in _made(deployment):
        lengths = facts.NAME_LENGTHS.get(one.type)
        if lengths is not None and len(one.name) not in lengths:
            yield f"{_place(one)}: the name {one.name} has not {lengths.start} to {lengths.stop - 1} letters"
        place = f"{one.id} on {one.scope.id if one.scope else ''}"
        if place in seen:
            yield f"{_place(one)}: {one.name} is deployed twice"
        seen.add(place)


def _secrets(deployment: Deployment) -> Iterator[str]:
    """No key, connection string or signature is written or handed out; Application Insights' holds none."""
    for one in _made(deployment):
        for path, value in leaves(one.body):
            telemetry = isinstance(value, Runtime) and "/components:" in value
            if _SECRET.search(str(value)) and not telemetry:
                yield f"{_place(one)}: {'/'.join(path)} holds a secret"
    for name, value in deployment.outputs.items():
        if not re.fullmatch(r"[A-Z][A-Z_]*", name):
            yield f"{MAIN}: the output {name} is not in upper case"
        if _SECRET.search(str(value)):
            yield f"{MAIN}: the output {name} holds a secret"


def settings_of(site: Resource) -> dict[str, Any]:
    """The settings of a function app by name."""
    return {one["name"]: one["value"] for one in site.at("properties.siteConfig.appSettings") or ()}


def _settings(deployment: Deployment) -> Iterator[str]:
    """There are settings, none stands there twice, and none that Flex Consumption refuses."""
    for site in deployment.of(facts.SITE):
        names = [one["name"] for one in site.at("properties.siteConfig.appSettings") or ()]
        if len(names) != len(set(names)) or not names:
            yield f"{_place(site)}: a setting stands there twice, or there is none"
        for foreign in facts.FOREIGN_TO_FLEX & set(names):
            yield f"{_place(site)}: {foreign} has no place on Flex Consumption"


def _monitor(deployment: Deployment) -> Iterator[str]:
    """The monitor shows one hub, to read only, behind a login."""
    for site in deployment.of(facts.SITE):
        settings = settings_of(site)
        if not any(name.startswith("DFM_") for name in settings):
            continue
        if not settings.get("DFM_HUB_NAME") or settings.get("DFM_MODE") != "ReadOnly":
            yield f"{_place(site)}: the monitor must show one hub, to read only"
        if "DFM_NONCE" in settings or not settings.get("DFM_ALLOWED_USER_NAMES"):
            yield f"{_place(site)}: the monitor must ask everybody who they are"
        if missing := _MONITOR_CONNECTION - settings.keys():
            yield f"{_place(site)}: {', '.join(sorted(missing))} is not set"
        if not any(one.parent == site for one in deployment.of(f"{facts.SITE}/config")):
            yield f"{_place(site)}: no login stands before the monitor"


def _waits_for_roles(deployment: Deployment, sources: Sources) -> Iterator[str]:
    """What runs as an identity is made after the identity has its roles."""
    for one in _made(deployment):
        identities: list[str] = list(one.at("identity.userAssignedIdentities") or ())
        for grant in [*deployment.of(facts.ROLE), *deployment.of(facts.COSMOS_ROLE)]:
            principal = PRINCIPAL.fullmatch(str(grant.at("properties.principalId")))
            mine = principal is not None and any(identity.endswith(f":{principal[1]}") for identity in identities)
            if mine and not _waits(deployment, sources, one, grant):
                yield f"{_place(one)}: does not wait for the roles in {grant.file}"


def _waits(deployment: Deployment, sources: Sources, one: Resource, other: Resource) -> bool:
    """Whether a resource is made after another: looked up where the ways to the two part."""
    ours, theirs = (*one.module, one.symbol), (*other.module, other.symbol)
    parting = next(index for index, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
    path = deployment.files[ours[:parting]]
    return _symbol(theirs[parting]) in _mentioned(path, sources.read(path), _symbol(ours[parting]))


@lru_cache(maxsize=256)
def _of_file(path: str, source: str) -> tuple[str, ...]:
    """What is wrong with a file by itself. Kept: the files without a planted fault are always the same."""
    return tuple(file_findings(parse(path, source)))


@lru_cache(maxsize=1024)
def _mentioned(path: str, source: str, symbol: str) -> set[str]:
    file = parse(path, source)
    return mentioned(file, file.declarations[symbol])


def _symbol(place: str) -> str:
    """A place on the way to a resource without its index in a loop."""
    return place.partition("[")[0]


RULES: tuple[Callable[[Deployment], Iterator[str]], ...] = (
    _versions,
    _complete,
    _properties,
    property_findings,
    value_findings,
    _names,
    _secrets,
    diagnostic_findings,
    alert_findings,
    _settings,
    _monitor,
    grant_findings,
)
