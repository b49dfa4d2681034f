"""The data behind the coverage pages: `coverage.toml` of each room.

    title = "Blob Storage"                         # of the page
    page = "blob-storage"                          # docs/coverage/blob-storage.md
    about = "Microsoft's Azurite with a journal."  # the page's first paragraph
    authority = "https://learn.microsoft.com/..."  # where the operations are documented
    dispatch = ["local_azure.room.module:NAME"]    # tables of the code, if the room has some: see below

    [[groups]]
    name = "Containers"
    rows = [
        { name = "Create Container", status = "has", test = "azurite/test_x.py::test_y", call = "create_container" },
    ]

    [[limitations]]
    what = "Azurite's Queue and Table services are not started"
    impact = "A queue trigger of Storage has nothing to listen to."
    instead = "Run Microsoft's image of Azurite beside the stack."

A row has these keys; the first four are required:

- `name`: the operation, in the service's own words, with a capital letter.
- `status`: `has`, `refused` (an error names it), `ignored` (accepted, without effect), `different` (the note says how).
- `test`: a test that exercises it, seen from `tests/`; `file.py::test_name`, without the parameters of an example.
- `call`: text that stands in that test, or in what it uses of the test modules: what it calls, sends or asks for.
- `note`: one sentence for the reader; required for `different` and `ignored`.
- `code`: the key, or the keys, of the row in a dispatch table of the code.
- `authority`: where the row's behaviour is documented, if that is elsewhere than the page's authority.
- `asked`: the authority that was asked, by default that of the group, and there `documentation`. It is `code` if
  Microsoft's own code was run or its answers are kept, `tests` if Microsoft's tests pass on it, `none` if Azure has no
  word on it.

`dispatch` names mappings, enumerations or collections of the code. Their keys (of an enumeration: the values) must be
exactly the `code`s of the rows, so that an operation that somebody adds to the code needs a row, and so a test.
"""

import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

Asked = Literal["code", "tests", "documentation", "none"]
STATUSES = ("has", "refused", "ignored", "different")
_PACKAGE = Path(__file__).parents[1]


class CoverageError(Exception):
    """A table breaks the format; the message names the file and what to change."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation of a service."""

    name: str
    status: Literal["has", "refused", "ignored", "different"]
    test: str
    call: str
    note: str = ""
    code: str | tuple[str, ...] = ()
    authority: str = ""
    asked: Asked | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The row's keys in the dispatch tables."""
        return (self.code,) if isinstance(self.code, str) else self.code


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Operations that belong together, under one heading."""

    name: str
    rows: tuple[Row, ...]
    asked: Asked = "documentation"


class Limitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gap of the part, its impact on the user, and the way round it."""

    what: str
    impact: str
    instead: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The operations of one service: one page."""

    title: str
    page: str
    about: str
    authority: str
    groups: tuple[Group, ...]
    limitations: tuple[Limitation, ...] = ()
    dispatch: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row of the page."""
        return tuple(row for group in self.groups for row in group.rows)


def all_tables() -> list[Table]:
    """The table of every room that has one, by title. Raises CoverageError."""
    return sorted((read(file) for file in _PACKAGE.rglob("coverage.toml")), key=lambda table: table.title)


def read(file: Path) -> Table:
    """The table of one file. Raises CoverageError for what the format does not allow."""
    try:
        table = msgspec.convert(tomllib.loads(file.read_text()), Table)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise CoverageError(f"{file}: {problem}") from problem
    for row in table.rows:
        if row.status in ("different", "ignored") and not row.note:
            raise CoverageError(f"{file}: {row.name} is {row.status}; its note must say how")
    return table


def dispatched(table: Table) -> set[str]:
    """The keys of the code's dispatch tables that `table` names."""
    return {key for place in table.dispatch for key in _keys(place)}


def _keys(place: str) -> Iterable[str]:
    module, _, name = place.partition(":")
    content: Any = getattr(import_module(module), name)
    if isinstance(content, type) and issubclass(content, Enum):
        return [str(member.value) for member in content]
    return [str(key) for key in cast("Mapping[object, object] | Iterable[object]", content)]
