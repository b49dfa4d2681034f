"""Campaign files: YAML as a person writes it, read into a plan. Each problem names its line and its field."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyYAML ships no types.

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from fraud.load.plan import CampaignPlan, path_text, problems
from fraud.load.shapes import SHAPES
from fraud.load.values import DURATION_PATTERN

MAX_FILE_BYTES = 64 * 1024
"""As many as the app takes."""
MAX_DEPTH = 20
_AT = re.compile(r"(?P<text>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9]+)\]")
_VALUE = re.compile(r"Invalid value '([^']*)'")
_NAMED = re.compile(r"(?:unknown|required) field `(?P<field>[^`]*)`")
_OTHER_WORDS = {
    "`str` matching regex": "must be a name of 1 to 63 of a-z, 0-9 and -, not - at either end",
    "Expected `float`, got": "must be a number",
    "Expected `int`, got": "must be a whole number",
    "Expected `str`, got `int`": "must be a text; a time has its unit, as in 30s, 5m or 1h",
    "Expected `str`, got `float`": "must be a text; a time has its unit, as in 30s, 5m or 1h",
    "Expected `str`, got": "must be a text",
    "Expected `array`, got": "must be a list",
    "Expected `array` of length >= 1": "must not be empty",
    "Expected `object`, got": "must have fields of its own",
}

Path_ = tuple[str | int, ...]


class CampaignFileError(Exception):
    """A campaign file that cannot be used: a line for each problem, `FILE:LINE: FIELD TEXT`."""


class CampaignFile(msgspec.Struct, frozen=True):
    """A campaign file that was read: its plan, and the line of each of its fields and items, from 1."""

    file: Path
    plan: CampaignPlan
    lines: dict[Path_, int]

    def told(self, path: Path_, text: str) -> str:
        """The words for a problem of a field, `FILE:LINE: FIELD TEXT`."""
        return f"{self.file}:{_line(self.lines, path)}: {path_text(path)} {text}"


def read_plan(file: Path) -> CampaignPlan:
    """The plan in a campaign file. Raises CampaignFileError with every problem that is seen."""
    return read_campaign_file(file).plan


def read_campaign_file(file: Path) -> CampaignFile:
    """A campaign file with its plan. Raises CampaignFileError with every problem that is seen."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CampaignFileError(f"{file}: cannot be read: {error.strerror}") from error
    if len(content) > MAX_FILE_BYTES:
        raise CampaignFileError(f"{file}: has {len(content):,} bytes; a campaign file has at most {MAX_FILE_BYTES:,}")
    lines: dict[Path_, int] = {}
    try:
        plan = msgspec.convert(_value(_root(content), (), lines), CampaignPlan)
    except _RefusedError as error:
        raise CampaignFileError(f"{file}:{error.line}: {error}") from error
    except yaml.YAMLError as error:
        raise CampaignFileError(f"{file}:{_line_of(error)}: not YAML: {_reason(error)}") from error
    except msgspec.ValidationError as error:
        raise CampaignFileError(_told(file, str(error), lines)) from error
    read = CampaignFile(file, plan, lines)
    if listed := problems(plan):
        raise CampaignFileError("\n".join(read.told(problem.path, problem.text) for problem in listed))
    return read


class _RefusedError(Exception):
    """YAML that is not taken, with its line."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: a few of them make a file of a kilobyte fill the memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            line: int = self.peek_event().start_mark.line
            raise _RefusedError(line + 1, "aliases (`*name`) are not taken: write the fields once more")
        return super().compose_node(parent, index)


def _root(content: bytes) -> yaml.Node:
    loader = _Loader(content)
    try:
        root: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    if root is None:
        raise _RefusedError(1, "the file is empty; campaigns/smoke.yaml shows what stands in one")
    return root


def _value(node: Any, path: Path_, lines: dict[Path_, int]) -> Any:
    """The value of a node. `lines` takes the line of each field and of each item, from 1."""
    line: int = node.start_mark.line + 1
    lines.setdefault(path, line)
    if len(path) > MAX_DEPTH:
        raise _RefusedError(line, f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), lines) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        fields: dict[str, object] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                place = f" of {path_text(path)}" if path else ""
                raise _RefusedError(key.start_mark.line + 1, f"the name of a field{place} must be a text")
            name = str(key.value)
            if name in fields:
                raise _RefusedError(key.start_mark.line + 1, f"{path_text((*path, name))} stands there twice")
            lines[(*path, name)] = key.start_mark.line + 1
            fields[name] = _value(item, (*path, name), lines)
        return fields
    return yaml.constructor.SafeConstructor().construct_object(node)


def _told(file: Path, message: str, lines: dict[Path_, int]) -> str:
    """The words of msgspec as a line of ours."""
    match = _AT.fullmatch(message)
    assert match  # noqa: S101 - it takes any text
    path: Path_ = tuple(name or int(number) for name, number in _STEP.findall(match["path"] or ""))
    text = match["text"].replace(" | null`", "`")
    if named := _NAMED.search(text):
        word = "is not a field that a plan has" if "unknown" in text else "is needed"
        field = (*path, named["field"])
        return f"{file}:{_line(lines, field)}: {path_text(field)} {word}"
    words = _words_of_shape(text) if path[-1:] == ("shape",) else _words(text)
    return f"{file}:{_line(lines, path)}: {path_text(path) or 'the file'} {words}"


def _words_of_shape(text: str) -> str:
    value = _VALUE.search(text)
    return f"must be one of {', '.join(SHAPES)}" + (f", not {value[1]}" if value else "")


def _words(text: str) -> str:
    if DURATION_PATTERN.replace("\\", "\\\\") in text:
        return "must be a time such as 30s, 5m or 1h"
    for words, ours in _OTHER_WORDS.items():
        if words in text:
            return ours
    return (
        text.replace("Expected `float`", "must be")
        .replace("Expected `int`", "must be")
        .replace("Invalid", "has an invalid")
    )


def _line(lines: dict[Path_, int], path: Path_) -> int:
    """The line of a field or, if it is absent, of what it would stand in."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]
