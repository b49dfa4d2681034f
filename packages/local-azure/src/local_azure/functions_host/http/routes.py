"""The choice of the function that answers a request: all routes of the app, in ASP.NET's order of precedence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from local_azure.functions_host.http.template import Parameter, Segment, parse_template
from local_azure.functions_host.invocation.caller import Caller

_RESERVED = ("admin", "runtime")
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """A function and the values of its route parameters; those left out of an optional place are missing."""

    caller: Caller
    values: dict[str, str]


class Route:
    """One function's route with its prefix; no methods means every method."""

    def __init__(self, caller: Caller, prefix: str) -> None:
        """Raises TemplateError if the template is not valid, ValueError if the host needs the path itself."""
        trigger = caller.function.trigger
        route = trigger.text("route").strip("/")
        self.caller = caller
        self.template = "/".join(part for part in (prefix.strip("/"), route) if part)
        self.methods = frozenset(str(method).upper() for method in trigger.properties.get("methods") or ())
        self.segments = parse_template(self.template)
        first = self.segments[0] if self.segments else ()
        if first and isinstance(first[0], str) and first[0].lower() in _RESERVED:
            raise ValueError(f"the route {self.template!r} conflicts with a built-in route of the host")
        self._patterns = tuple(_compile(segment) for segment in self.segments)

    @property
    def precedence(self) -> tuple[int, ...]:
        """Smaller wins: literals before mixed and constrained segments, before parameters, before catch-alls."""
        return tuple(_rank(segment) for segment in self.segments)

    def match(self, path: list[str]) -> dict[str, str] | None:
        """The parameters of a path given as decoded segments, or None."""
        values: dict[str, str] = {}
        for index, (segment, pattern) in enumerate(zip(self.segments, self._patterns, strict=True)):
            only = segment[0]
            if isinstance(only, Parameter) and only.catch_all:
                rest = "/".join(path[index:])
                if not _accept(only, rest or None, values):
                    return None
                return values
            if index >= len(path):
                if len(segment) > 1 or not isinstance(only, Parameter) or not _accept(only, None, values):
                    return None
                continue
            groups = pattern.fullmatch(path[index])
            if not groups:
                return None
            for part in segment:
                if isinstance(part, Parameter) and not _accept(part, groups[part.name.replace("-", "__")], values):
                    return None
        return values if len(path) <= len(self.segments) else None


def _accept(parameter: Parameter, text: str | None, values: dict[str, str]) -> bool:
    if text is None:
        if parameter.default is not None:
            values[parameter.name] = parameter.default
        return parameter.optional or parameter.default is not None or parameter.catch_all
    if not all(check(text) for check in parameter.checks):
        return False
    values[parameter.name] = text
    return True


def _rank(segment: Segment) -> int:
    part = segment[0]
    if len(segment) > 1:
        return 2
    if isinstance(part, str):
        return 1
    if part.catch_all:
        return 4 if part.checks else 5
    return 2 if part.checks else 3


def _compile(segment: Segment) -> re.Pattern[str]:
    """Literals match without regard to case; in mixed segments the last parameter takes as much as it can."""
    pattern = "".join(
        re.escape(part) if isinstance(part, str) else f"(?P<{part.name.replace('-', '__')}>.+{'' if index else '?'})"
        for index, part in enumerate(segment)
    )
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


class RouteTable:
    """All HTTP routes of the app."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = sorted(routes, key=lambda route: route.precedence)

    def find(self, method: str, raw_path: str) -> Match | frozenset[str]:
        """The function for a request; if none takes the method, the methods that the path allows (none: no such path).

        `raw_path` is still percent-encoded; as in ASP.NET an encoded slash stays encoded inside a segment.
        """
        path = _segments(raw_path)
        allowed: set[str] = set()
        for route in self.routes:
            values = route.match(path)
            if values is None:
                continue
            if not route.methods or method in route.methods:
                return Match(route.caller, values)
            allowed |= route.methods
        return frozenset(allowed)


def _segments(raw_path: str) -> list[str]:
    path = raw_path.removeprefix("/").removesuffix("/")
    if not path:
        return []
    return [unquote(_ENCODED_SLASH.sub("%252F", segment)) for segment in path.split("/")]
