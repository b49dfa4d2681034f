"""The deployment of infra/ for given parameters, as the compiler's snapshot shows it."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from tests.infra.compiler import compiler

ROOT = Path(__file__).parents[2]
ROOMS = ("function_app", "orchestrations", "activities", "services", "fraud", "reconciliation", "questions")
"""The folders of the app's code."""
MAIN = "infra/main.bicep"
PERSON = "99999999-8888-7777-6666-555555555555"
"""The person who looks into the stores."""
DEPLOYER = "[deployer().objectId]"
"""Whoever deploys, whom only Azure knows."""
PARAMETERS: Mapping[str, Any] = {
    "environmentName": "fraud",
    "location": "westeurope",
    "alertEmail": "team@example.com",
    "thisMonth": "2026-01-01",
    "principalId": PERSON,
}
"""The parameters of main.bicep, and the values that it would take from the clock and from whoever deploys."""
_EXTENSION = re.compile(r"\[extensionResourceId\('([^']+)'")
_REFERENCE = re.compile(r"\[(?:format\('[^']*', )?reference\('([^']+)'")


@dataclass(frozen=True)
class Resource:
    """A resource of a deployment. `id` may be an expression where its name holds what only Azure knows."""

    id: str
    type: str
    name: str
    version: str
    body: Mapping[str, Any] = field(hash=False)

    @property
    def short_name(self) -> str:
        """The last part of its name, below those of its parents."""
        return self.name.rpartition("/")[2]

    @property
    def scope_id(self) -> str | None:
        """The id of the resource that it extends, as a role assignment or a diagnostic setting does."""
        if extension := _EXTENSION.match(self.id):
            return extension[1]
        before, provider, _ = self.id.rpartition("/providers/")
        return before if provider and "/providers/" in before else None

    def at(self, path: str) -> Any:
        """A property by its dotted path; None if it is not set."""
        value: Any = self.body
        for key in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = cast("Mapping[str, Any]", value).get(key)
        return value

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass(frozen=True)
class Deployment:
    """All that is deployed, and the outputs."""

    resources: list[Resource]
    outputs: Mapping[str, Any]

    def of(self, type_name: str) -> list[Resource]:
        """The resources of a type."""
        return [resource for resource in self.resources if resource.type.lower() == type_name.lower()]

    def one(self, type_name: str, name: str | None = None) -> Resource:
        """The only resource of a type, or of a type and the last part of a name. Raises LookupError."""
        matching = [resource for resource in self.of(type_name) if name in (None, resource.short_name)]
        if len(matching) != 1:
            raise LookupError(f"{len(matching)} resources of type {type_name} are called {name or 'anything'}")
        return matching[0]

    def scope_of(self, resource: Resource) -> Resource | None:
        """The resource that another one extends; None for the whole group, or for one that is deployed elsewhere."""
        return next((other for other in self.resources if other.id == resource.scope_id), None)

    def referenced(self, expression: object) -> Resource | None:
        """The resource whose property an expression takes."""
        match = _REFERENCE.match(str(expression))
        return next((resource for resource in self.resources if match and resource.id == match[1]), None)


def deploy(**parameters: Any) -> Deployment:
    """Everything that main.bicep deploys, at the parameters that are given. Raises BicepError for what is refused."""
    return _deploy(ROOT, tuple(sorted({**PARAMETERS, **parameters}.items())))


@cache
def _deploy(root: Path, parameters: tuple[tuple[str, Any], ...]) -> Deployment:
    return deployment_of(snapshot(root, dict(parameters)))


def snapshot(root: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The compiler's own answer for the infra/ below a folder. Raises BicepError for what is refused."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test.bicepparam"
        using = os.path.relpath(root / MAIN, folder)
        given = [f"param {name} = {_literal(value)}" for name, value in parameters.items()]
        file.write_text("\n".join([f"using '{using}'", *given]))
        return compiler().snapshot(file, str(parameters["location"]))


def deployment_of(answer: Mapping[str, Any]) -> Deployment:
    """A snapshot as resources."""
    top = ("id", "type", "apiVersion")
    resources = [
        Resource(
            predicted["id"],
            predicted["type"],
            predicted["name"],
            predicted["apiVersion"],
            {k: v for k, v in predicted.items() if k not in top},
        )
        for predicted in answer["predictedResources"]
    ]
    return Deployment(resources, answer["outputs"])


def planted(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of what Bicep reads, with a text of one file replaced."""
    for name in ("infra", "stream_analytics"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "host.json", folder / "host.json")
    source = (folder / file).read_text()
    assert old in source, f"{file} does not hold {old!r}"
    (folder / file).write_text(source.replace(old, new))
    return folder


def _literal(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${") + "'"
