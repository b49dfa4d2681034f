"""The alerts that are missing, or are not what the verdicts make."""

from collections.abc import Iterator, Mapping

from reconciliation.comparing.accounts import Cell
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference
from reconciliation.ranges import window_end
from reconciliation.reading.alerts import names_of_fields
from reconciliation.reading.rows import NO_STORE, Flag, Rows, store_name


def compare_alerts(rows: Rows, names: Mapping[int, str], windows: range) -> Iterator[tuple[Class, Difference, Cell]]:
    """The differences in these windows, each with its window and store; `names` are those of the windows, by row."""
    for position, row in enumerate(rows):
        window, store = int(row["window"]), int(row["store"])
        if window not in windows:
            continue
        end = window_end(window)
        differs = bool(int(row["flags"]) & Flag.DIFFERS)
        difference = Difference(
            end,
            names[position],
            where=("fraud-events", "reports"),
            store="" if store == NO_STORE else store_name(store),
            expected=(end,),
            fields=names_of_fields(int(row["sequence"])),
        )
        yield "alert_differs" if differs else "alert_missing", difference, (window, store)
