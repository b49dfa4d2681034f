"""Cases as rows: the case that a blob of verdicts makes, and the one that is stored, compared by their fields."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from fraud.events import UNKNOWN_STORE
from fraud.quarantine_places import FOLDER as PLACES_FOLDER
from fraud.quarantine_places import places_path
from fraud.verdicts import Case, Verdict, case_of, name_in, verdicts_path
from fraud.windows import Window
from reconciliation.ranges import milliseconds, window_number
from reconciliation.reading.rows import NO_STORE, Kind, RowWriter, store_number

PLACES_CASE = "quarantine-"
"""The beginning of the names of cases whose events were judged by their place."""
NOT_COMPARED = frozenset(("revision",))
"""Fields that the verdicts do not tell."""

_FIELDS = tuple(name for name in Case.__struct_fields__ if name not in NOT_COMPARED)
_encoder = msgspec.json.Encoder(order="deterministic")


def case_from(path: str, verdicts: Sequence[Verdict]) -> Case:
    """The case that the verdicts of a blob make; `path` is that in the container `fraud-events`."""
    first = verdicts[0]
    name = name_in(path)
    window, blob = Window(first.window_start, first.window_end), f"fraud-events/{path}"
    if path.startswith(PLACES_FOLDER):
        return case_of(name, None, window, verdicts, blob, type="quarantine")
    return case_of(name, first.store_id, window, verdicts, blob)


def path_of_verdicts(case_name: str, window_end: datetime) -> str:
    """The path in `fraud-events` of the verdicts that make a case."""
    of_places = case_name.startswith(PLACES_CASE)
    return places_path(case_name, window_end) if of_places else verdicts_path(case_name, window_end)


def fields_of(case: Case | dict[str, Any]) -> dict[str, Any]:
    """The fields that are compared, as JSON has them; those that a stored case lacks are left out."""
    content = cast(dict[str, Any], msgspec.json.decode(msgspec.json.encode(case)))
    return {name: content[name] for name in _FIELDS if name in content}


def differing_fields(due: dict[str, Any], stored: dict[str, Any]) -> tuple[str, ...]:
    """The names of the fields in which two cases differ."""
    return tuple(name for name in _FIELDS if due.get(name) != stored.get(name))


def add_due(rows: RowWriter, case: Case) -> None:
    """Add the case that must be there."""
    _add(rows, Kind.CASE_DUE, fields_of(case), window_number(milliseconds(case.window_end)))


def add_stored(rows: RowWriter, document: dict[str, Any]) -> None:
    """Add a case of Cosmos. Raises ValueError if its window is not a time with a time zone."""
    end = datetime.fromisoformat(str(document.get("window_end")))
    if end.tzinfo is None:
        raise ValueError("its window has no time zone")
    _add(rows, Kind.CASE, fields_of(document), window_number(milliseconds(end)))


def _add(rows: RowWriter, kind: Kind, fields: dict[str, Any], window: int) -> None:
    store = fields.get("store_id")
    number = NO_STORE if store == UNKNOWN_STORE else store_number(store)
    rows.add_cases(kind, [str(fields.get("id"))], window, number, rows.keys.of_name(_encoder.encode(fields)))
