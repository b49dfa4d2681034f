"""Days in the names of blobs: `{folder}{yyyy-mm-dd}.json`."""

import re
from datetime import date

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)\.json", re.ASCII)


def named_day(path: str, folder: str) -> date | None:
    """The day that a path names; None if it names none, or one that no calendar has, which somebody else wrote."""
    match = _DAY.fullmatch(path.removeprefix(folder)) if path.startswith(folder) else None
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
