"""The lines of a TOML file at which its fields stand: `tomllib` reads values only."""

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_FIELD = re.compile(r"\s*([\w-]+)\s*=")
_STEP = re.compile(r"\.?([\w-]+)|\[(\d+)\]")


def line_of(text: str, path: str) -> int:
    """The line of a field such as `$.rules[2].excuses[0].when`; that of what holds it if the field is absent."""
    places = _places(text)
    steps = [name or int(index) for name, index in _STEP.findall(path.removeprefix("$"))]
    while steps:
        if (line := places.get(tuple(steps))) is not None:
            return line
        steps.pop()
    return 1


def _places(text: str) -> dict[tuple[str | int, ...], int]:
    places: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    in_text = False
    for number, line in enumerate(text.splitlines(), 1):
        if not in_text and (header := _HEADER.match(line)):
            table = _table(header[2].split("."), counts, is_list=header[1] == "[[")
            places.setdefault(table, number)
        elif not in_text and (field := _FIELD.match(line)):
            places.setdefault((*table, field[1]), number)
        in_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return places


def _table(names: list[str], counts: dict[tuple[str | int, ...], int], *, is_list: bool) -> tuple[str | int, ...]:
    """The path of a header; a list's last item so far is the one that is meant, and `[[...]]` begins the next."""
    path: tuple[str | int, ...] = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name)
        if depth == len(names) and is_list:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
