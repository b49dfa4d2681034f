"""ASP.NET Core route templates: literals, parameters with constraints, optional, default and catch-all ones.

Source: "Routing in ASP.NET Core" (templates, constraints, precedence); Azure Functions uses its router.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local_azure.functions_host.http.constraints import parse_constraint

Check = Callable[[str], bool]
_PARAMETER = re.compile(r"(?P<catch>\*{0,2})(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?P<rest>.*)", re.DOTALL)


class TemplateError(ValueError):
    """A route template that ASP.NET would refuse; the message says why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`{name:constraint(...)=default}`, `{name?}`, `{*name}`."""

    name: str
    checks: tuple[Check, ...] = ()
    default: str | None = None
    optional: bool = False
    catch_all: bool = False


Part = str | Parameter
Segment = tuple[Part, ...]


def parse_template(template: str) -> tuple[Segment, ...]:
    """The segments of a template, each of literals and parameters. Raises TemplateError."""
    segments: list[Segment] = []
    names: set[str] = set()
    for text in _split(template.strip("/")):
        parts = _parse_segment(text)
        for part in parts:
            if isinstance(part, Parameter):
                if part.name.lower() in names:
                    raise TemplateError(f"the parameter {part.name} appears twice")
                names.add(part.name.lower())
        if segments and any(isinstance(part, Parameter) and part.catch_all for part in segments[-1]):
            raise TemplateError("a catch-all parameter must be the last")
        segments.append(parts)
    return tuple(segments)


def _split(template: str) -> list[str]:
    """Cut at slashes outside braces."""
    pieces, depth, current = list[str](), 0, ""
    for character in template:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            raise TemplateError(f"unbalanced braces in {template!r}")
        if character == "/" and depth == 0:
            pieces.append(current)
            current = ""
        else:
            current += character
    if depth:
        raise TemplateError(f"unbalanced braces in {template!r}")
    pieces.append(current)
    if pieces == [""]:
        return []
    if "" in pieces:
        raise TemplateError(f"an empty segment in {template!r}")
    return pieces


def _parse_segment(text: str) -> Segment:
    parts: list[Part] = []
    position = 0
    while position < len(text):
        if text[position] != "{":
            end = text.find("{", position)
            end = len(text) if end < 0 else end
            parts.append(text[position:end])
            position = end
            continue
        end = _closing_brace(text, position)
        if parts and isinstance(parts[-1], Parameter):
            raise TemplateError(f"two parameters side by side in {text!r}")
        parts.append(_parse_parameter(text[position + 1 : end]))
        position = end + 1
    if len(parts) > 1 and any(isinstance(part, Parameter) and part.catch_all for part in parts):
        raise TemplateError(f"a catch-all parameter must be alone in its segment: {text!r}")
    return tuple(parts)


def _closing_brace(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise TemplateError(f"unbalanced braces in {text!r}")


def _parse_parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if not match:
        raise TemplateError(f"{{{text}}} is not a route parameter")
    rest, checks, default = match["rest"], list[Check](), None
    optional = rest.endswith("?")
    rest = rest.removesuffix("?")
    while rest.startswith(":"):
        end = _end_of_constraint(rest)
        try:
            checks.append(parse_constraint(rest[1:end].replace("{{", "{").replace("}}", "}")))
        except ValueError as error:
            raise TemplateError(f"the constraint of {{{text}}}: {error}") from error
        rest = rest[end:]
    if rest.startswith("="):
        default, rest = rest[1:], ""
    if rest or (optional and default is not None):
        raise TemplateError(f"{{{text}}} is not a route parameter")
    return Parameter(match["name"], tuple(checks), default, optional, bool(match["catch"]))


def _end_of_constraint(rest: str) -> int:
    """The end of the constraint that starts at 0: at the next colon or equals sign outside parentheses."""
    depth = 0
    for index in range(1, len(rest)):
        depth += {"(": 1, ")": -1}.get(rest[index], 0)
        if depth <= 0 and rest[index] in ":=":
            return index
    return len(rest)
