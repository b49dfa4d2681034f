"""The values of a nested structure, with the way to each."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

Path = tuple[str, ...]


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
