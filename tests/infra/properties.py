"""Which properties infra/ sets, and that Azure's published resource types know each of them.

`known_properties.json` lists them by type, with `*` for keys that are free. Each was looked up in the Bicep types that
Azure published in August 2026; look up what you add.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from tests.infra.bicep.sources import ROOT
from tests.infra.bicep.values import Deployment

Path = tuple[str, ...]


def property_findings(deployment: Deployment) -> Iterator[str]:
    """Properties that the types do not know: Azure drops some of them without a word, and refuses others."""
    for one in deployment.resources:
        if not one.existing:
            known = _known().get(one.type, frozenset())
            for path in sorted({path for path, _ in leaves(one.body)} - known):
                if not any(_matches(path, pattern) for pattern in known):
                    yield f"{one.file}:{one.line}: {one.symbol}: nothing is known of {'/'.join(path)}"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that holds no others, with its path, the items of a list by the path of the list."""
    if isinstance(value, Mapping) and value:
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for item in cast("list[Any]", value):
            yield from leaves(item, path)
    else:
        yield path, value


@cache
def _known() -> Mapping[str, frozenset[Path]]:
    listed: dict[str, list[str]] = json.loads((ROOT / "tests" / "infra" / "known_properties.json").read_text())
    return {type_name: frozenset(tuple(path.split("/")) for path in paths) for type_name, paths in listed.items()}


def _matches(path: Path, pattern: Path) -> bool:
    return len(path) == len(pattern) and all(b in ("*", a) for a, b in zip(path, pattern, strict=True))
