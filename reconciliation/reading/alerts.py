"""Alerts as rows: for each window with high verdicts, a blob must say that the fraud team was told."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec

from fraud.analysis import WindowSummary
from fraud.verdicts import Case, Verdict
from reconciliation.ranges import milliseconds, window_number
from reconciliation.reading.rows import Flag, RowWriter, store_number

NOT_COMPARED = frozenset(("revision", "quiet"))
"""They depend on how often verdicts were written and on repeated alerts, which the verdicts do not tell."""

_FIELDS = tuple(name for name in WindowSummary.__struct_fields__ if name not in NOT_COMPARED)


def alert_due(case: Case, verdicts: Sequence[Verdict]) -> WindowSummary | None:
    """The alert that the verdicts of a blob require, except for its revision; None if none of them is high."""
    if not case.bands.get("high"):
        return None
    return WindowSummary(
        name=case.id,
        store_id=verdicts[0].store_id if case.type == "window" else None,
        window_start=case.window_start,
        window_end=case.window_end,
        suspicious=case.suspicious,
        bands=case.bands,
        max_score=case.max_score,
        verdicts_blob=case.verdicts_blob,
    )


def is_of(path: str, due: WindowSummary) -> bool:
    """True for the blob of an alert of this window: `{window}.json`, or `{window}-{revision}.json`."""
    name = path.rpartition("/")[2].removesuffix(".json")
    revision = name.removeprefix(f"{due.name}-")
    return name == due.name or (revision != name and revision.isascii() and revision.isdecimal())


def add_alert(rows: RowWriter, due: WindowSummary, given: Iterable[bytes]) -> None:
    """Add a row if none of the given alerts is the one that is due, with the fields in which the nearest differs."""
    fields = min((_differing(due, content) for content in given), key=int.bit_count, default=None)
    if fields == 0:
        return
    window, store = window_number(milliseconds(due.window_end)), store_number(due.store_id)
    flag = Flag(0) if fields is None else Flag.DIFFERS
    rows.add_alert(due.name, window, store, flags=flag, fields=fields or 0)


def names_of_fields(fields: int) -> tuple[str, ...]:
    """The names of the fields of an alert that differ."""
    return tuple(name for position, name in enumerate(_FIELDS) if fields & 1 << position)


def _differing(due: WindowSummary, content: bytes) -> int:
    """The fields that differ, one bit each; all of them if it is not an alert."""
    wanted = cast(dict[str, Any], msgspec.json.decode(msgspec.json.encode(due)))
    try:
        given = msgspec.json.decode(content, type=dict[str, Any])
    except (ValueError, RecursionError):
        given = {}
    return sum(1 << position for position, name in enumerate(_FIELDS) if given.get(name) != wanted.get(name))
