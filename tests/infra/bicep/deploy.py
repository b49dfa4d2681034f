"""Works out what a Bicep file deploys for given parameters, through all of its modules."""

import posixpath
from collections.abc import Mapping
from typing import Any

from tree_sitter import Node

from tests.infra.bicep.expressions import Expressions
from tests.infra.bicep.parameters import check_parameter
from tests.infra.bicep.sources import MAIN, Sources
from tests.infra.bicep.syntax import BicepFile, Declaration, Kind, named, parse, text
from tests.infra.bicep.values import BicepError, Deployment, Module, Resource

PARAMETERS: Mapping[str, Any] = {"environmentName": "fraud", "location": "westeurope", "alertEmail": "team@example.com"}
"""What main.bicep asks for."""
_PENDING = object()


def deploy(sources: Sources | None = None, **parameters: Any) -> Deployment:
    """Everything that main.bicep deploys, at the parameters that are given. Raises BicepError for what Bicep or Azure
    would refuse before deploying."""
    sources = sources or Sources()
    deployment = Deployment()
    main = _File(sources, MAIN, {**PARAMETERS, **parameters}, (), deployment)
    main.run()
    deployment.outputs = {name: main.output(name) for name in parse(MAIN, sources.read(MAIN)).outputs}
    return deployment


class _File:
    """One use of one file."""

    def __init__(
        self, sources: Sources, path: str, given: Mapping[str, Any], module: tuple[str, ...], to: Deployment
    ) -> None:
        self._sources = sources
        self._given = given
        self._module = module
        self._to = to
        to.files[module] = path
        self._file = parse(path, sources.read(path))
        self._values: dict[str, Any] = {}
        self._expressions = Expressions(sources, path, self._lookup)
        unknown = given.keys() - {one.name for one in self._declared(Kind.PARAMETER)}
        if unknown:
            raise BicepError(f"{path}: has no parameter {', '.join(sorted(unknown))}")

    def run(self) -> None:
        """Evaluate every declaration, used or not."""
        for name in self._file.declarations:
            self._lookup(name)

    def output(self, name: str) -> Any:
        """The value of an output. Raises BicepError if there is none of that name."""
        declared = self._file.outputs.get(name)
        if declared is None or declared.value is None:
            raise BicepError(f"{self._file.path}: has no output {name}")
        return self._expressions.value(declared.value)

    def _declared(self, kind: Kind) -> list[Declaration]:
        return [one for one in self._file.declarations.values() if one.kind is kind]

    def _lookup(self, name: str) -> Any:
        declared = self._file.declarations.get(name)
        if declared is None:
            raise BicepError(f"{self._file.path}: the name {name} does not exist")
        if name not in self._values:
            self._values[name] = _PENDING
            self._values[name] = self._evaluate(declared)
        if self._values[name] is _PENDING:
            raise BicepError(f"{self._file.path}: {name} depends on itself")
        return self._values[name]

    def _evaluate(self, declared: Declaration) -> Any:
        value = declared.value
        if declared.kind is Kind.PARAMETER:
            return self._parameter(declared)
        if value is None:
            raise BicepError(f"{self._file.path}:{declared.line}: {declared.name} has no value")
        if declared.kind is Kind.VARIABLE:
            return self._expressions.value(value)
        return self._loop(declared, value)

    def _parameter(self, declared: Declaration) -> Any:
        if declared.name in self._given:
            value = self._given[declared.name]
        elif declared.value is not None:
            value = self._expressions.value(declared.value)
        elif text(declared.type_node).endswith("?"):
            value = None
        else:
            raise BicepError(f"{self._file.path}: parameter {declared.name} is missing")
        check_parameter(declared, value, self._expressions)
        return value

    def _loop(self, declared: Declaration, value: Node) -> Any:
        """A resource or a module, once, for each item of a list, or not at all."""
        if value.type == "for_statement":
            variable, items, body = named(value)
            return [
                self._make(declared, body, {text(variable): item}, f"[{index}]")
                for index, item in enumerate(self._expressions.value(items))
            ]
        if value.type == "if_statement":
            condition, value = named(value)
            if not self._expressions.value(condition):
                return None
        return self._make(declared, value, {}, "")

    def _make(self, declared: Declaration, body: Node, local: Mapping[str, Any], index: str) -> Resource | Module:
        properties = self._expressions.object_in(body, local)
        target = str(self._expressions.value(declared.type_node))
        self._check_shape(declared, properties, target)
        if declared.kind is Kind.MODULE:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self._file.path), target))
            if not self._sources.exists(path):
                raise BicepError(f"{self._file.path}:{declared.line}: there is no file {path}")
            place = (*self._module, f"{declared.name}{index}")
            used = _File(self._sources, path, properties.get("params", {}), place, self._to)
            used.run()
            return Module(place, used.output)
        type_name, _, version = target.partition("@")
        resource = Resource(
            symbol=declared.name,
            type=type_name,
            version=version,
            existing=declared.existing,
            file=self._file.path,
            line=declared.line,
            module=self._module,
            name=str(properties.get("name", "")),
            parent=properties.get("parent"),
            scope=properties.get("scope"),
            body={key: item for key, item in properties.items() if key not in ("parent", "scope", "dependsOn")},
        )
        self._to.resources.append(resource)
        return resource

    def _check_shape(self, declared: Declaration, properties: Mapping[str, Any], target: str) -> None:
        """What Bicep itself asks of a module's, an existing resource's and a child's properties."""
        place = f"{self._file.path}:{declared.line}: {declared.name}"
        if declared.kind is Kind.MODULE:
            unknown = properties.keys() - {"name", "scope", "params", "dependsOn"}
            if _scope_of(self._file) == "subscription" and not _is_group(properties.get("scope")):
                raise BicepError(f"{place} has no scope: it would be deployed beside the resource group")
        else:
            unknown = properties.keys() - {"name", "parent", "scope"} if declared.existing else set[str]()
            if target.count("/") > 1 and "parent" not in properties:
                raise BicepError(f"{place} is a child without a parent")
        if unknown:
            raise BicepError(f"{place} has no property {', '.join(sorted(unknown))}")
        if not properties.get("name"):
            raise BicepError(f"{place} has no name")


def _is_group(scope: Any) -> bool:
    return isinstance(scope, Resource) and scope.type == "Microsoft.Resources/resourceGroups"


def _scope_of(file: BicepFile) -> str:
    assignments = [node for node in named(file.root) if node.type == "target_scope_assignment"]
    return text(named(assignments[0])[0]).strip("'") if assignments else "resourceGroup"
