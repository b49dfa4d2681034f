"""Compare the cases that the verdicts make with those that are stored."""

from collections.abc import Iterator, Mapping

from reconciliation.comparing.accounts import Cell
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference
from reconciliation.ranges import window_end
from reconciliation.reading.rows import NO_STORE, Kind, Rows, store_name


def compare_cases(rows: Rows, names: Mapping[int, str], windows: range) -> Iterator[tuple[Class, Difference, Cell]]:
    """The differences between cases in these windows, each with its window and store; `names` are their names, by row.

    A name has one case: a second one, in another store, is unexpected.
    """
    by_key: dict[tuple[int, int], list[int]] = {}
    for place, row in enumerate(rows.tolist()):
        by_key.setdefault((row[0], row[1]), []).append(place)
    for places in by_key.values():
        due = [place for place in places if rows["kind"][place] == Kind.CASE_DUE]
        stored = [place for place in places if rows["kind"][place] == Kind.CASE]
        content = rows["content"][due[0]] if due else None
        same = [place for place in stored if rows["content"][place] == content]
        others = [place for place in stored if place not in same[:1]]
        if due and not same:
            yield from _found("case_differs" if others else "case_missing", due[0], rows, names, windows)
            others = others[1:]
        for place in others:
            yield from _found("case_unexpected", place, rows, names, windows)


def _found(
    name: Class, place: int, rows: Rows, names: Mapping[int, str], windows: range
) -> Iterator[tuple[Class, Difference, Cell]]:
    window, store = int(rows["window"][place]), int(rows["store"][place])
    if window in windows:
        end = window_end(window)
        shown = "" if store == NO_STORE else store_name(store)
        where = ("cases",) if name == "case_unexpected" else ("cases", "fraud-events")
        yield name, Difference(end, names[place], where=where, store=shown, expected=(end,)), (window, store)
