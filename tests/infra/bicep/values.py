"""What expressions give: plain Python values, text that only Azure knows, resources and modules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class BicepError(Exception):
    """The deployment is refused: a parameter out of its bounds, a missing name, a call of `fail`."""


class Runtime(str):
    """Text that only Azure knows; it says where it comes from. Its members are text of the same kind."""

    __slots__ = ()

    def member(self, name: str) -> "Runtime":
        """A member of what only Azure knows."""
        return Runtime(f"{self}.{name}")


@dataclass(frozen=True)
class Resource:
    """A resource of a deployment. `module` is the path of modules to it, `body` holds its evaluated properties."""

    symbol: str
    type: str
    version: str
    existing: bool
    file: str
    line: int
    module: tuple[str, ...]
    name: str
    parent: "Resource | None"
    scope: "Resource | None"
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its type and the names on the way to it; two mentions of one resource have the same."""
        return f"{self.type.lower()}:{self.path}"

    @property
    def path(self) -> str:
        """Its name below those of its parents."""
        return f"{self.parent.path}/{self.name}" if self.parent else self.name

    def member(self, name: str) -> Any:
        """What an expression gets when it asks for a property of the resource."""
        if name in ("id", "name"):
            return self.id if name == "id" else self.name
        return Runtime(f"<{self.id}>.{name}")

    def at(self, path: str) -> Any:
        """A property by its dotted path; None if it is not set."""
        value: Any = self.body
        for key in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return value  # pyright: ignore[reportUnknownVariableType]


@dataclass(frozen=True)
class Module:
    """A deployed module. Its outputs are evaluated when something asks for them."""

    path: tuple[str, ...]
    output: Callable[[str], Any]


@dataclass
class Deployment:
    """All that is deployed, what modules deploy included. `files` tells the file behind each way of modules."""

    resources: list[Resource] = field(default_factory=list[Resource])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    files: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])

    def of(self, type_name: str) -> list[Resource]:
        """The resources of a type that it makes, `existing` ones aside."""
        return [one for one in self.resources if one.type.lower() == type_name.lower() and not one.existing]

    def one(self, type_name: str, name: str | None = None) -> Resource:
        """The only resource of a type, or of a type and a name. Raises LookupError."""
        found = [one for one in self.of(type_name) if name is None or one.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources of type {type_name} are called {name or 'anything'}")
        return found[0]
