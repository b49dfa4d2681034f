"""Snapshots of what infra/ deploys, as text with a value per line, so that a change is seen as a diff of resources.

    python -m tests.infra.kept     writes all of them anew; look at `git diff` afterwards

Of the smallest size all resources are kept, of every other set what differs from it. Ids are shortened: `~` stands for
the ending of the names, the subscription and the resource group are left out, and the text of a file is `<its path>`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard, cast

from tests.infra.compiler import SUBSCRIPTION
from tests.infra.deployment import PARAMETERS, ROOT, snapshot
from tests.infra.sets import BASE, SETS

FOLDER = Path(__file__).parent / "snapshots"
Lines = dict[str, list[str]]
"""The values of each resource, by its type and name."""


def file_of(name: str) -> Path:
    """The path of a set's snapshot."""
    return FOLDER / f"{name}.txt"


def text_of(name: str) -> str:
    """The snapshot of a set, evaluated now."""
    lines = _lines(SETS[name])
    if name != BASE:
        lines = _difference(_lines(SETS[BASE]), lines)
    return "".join(f"{resource}\n" + "".join(f"  {value}\n" for value in values) for resource, values in lines.items())


def _lines(parameters: Mapping[str, Any]) -> Lines:
    answer = snapshot(ROOT, {**PARAMETERS, **parameters})
    ending = re.search(r"/workspaces/log-(\w{13})", json.dumps(answer))
    assert ending is not None
    lines: Lines = {}
    for resource in answer["predictedResources"]:
        values = [
            f"{path} = {_short(value, ending[1])}" for path, value in _leaves(resource) if path not in ("id", "type")
        ]
        lines[f"{resource['type']} {_short(resource['id'], ending[1])}"] = values
    lines["outputs"] = [f"{name} = {_short(value, ending[1])}" for name, value in sorted(answer["outputs"].items())]
    return lines


def _difference(base: Lines, lines: Lines) -> Lines:
    """The lines that only one of the two has, marked with `-` and `+`."""
    changes: Lines = {}
    for resource in [*base, *(other for other in lines if other not in base)]:
        before, after = base.get(resource, []), lines.get(resource, [])
        changed = [f"- {value}" for value in before if value not in after]
        changed += [f"+ {value}" for value in after if value not in before]
        if changed:
            changes[resource] = changed
    return changes


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no others, with its dotted path and the numbers of a list's items.

    Settings, each a name and a value, stand by their names, so that one that is new moves no other.
    """
    if _are_settings(value):
        for setting in value:
            yield from _leaves(setting["value"], f"{path}.{setting['name']}")
    elif isinstance(value, dict | list) and value:
        items = (
            cast("dict[str, Any]", value).items() if isinstance(value, dict) else enumerate(cast("list[Any]", value))
        )
        for key, item in items:
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _are_settings(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    pairs = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    return bool(items) and len(pairs) == len(items) and all(pair.keys() == {"name", "value"} for pair in pairs)


def _short(value: Any, ending: str) -> str:
    if isinstance(value, str) and value in _texts():
        return f"<{_texts()[value]}>"
    text = json.dumps(value, ensure_ascii=False).replace(ending, "~")
    for long, short in (
        (f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-fraud/providers/", "/"),
        (f"/subscriptions/{SUBSCRIPTION}", ""),
    ):
        text = text.replace(long, short)
    return text


@cache
def _texts() -> dict[str, str]:
    """The queries that Bicep loads, with the path of each."""
    files = [*(ROOT / "stream_analytics").glob("*.asaql"), *(ROOT / "infra").rglob("*.kql")]
    return {file.read_text(): file.relative_to(ROOT).as_posix() for file in files}


def main() -> None:
    """Write every snapshot."""
    FOLDER.mkdir(exist_ok=True)
    for name in SETS:
        file_of(name).write_text(text_of(name))
        sys.stdout.write(f"{file_of(name).relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
