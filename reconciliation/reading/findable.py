"""Flagged contents of malformed bodies as rows at their ids, with the stores whose windows may find them.

The job reads such a body in one way, or not at all, and the analysis of a window in another: it judges each content
in quarantine that pointers lead to and that may be of its store.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from fraud.quarantine_index import is_of_any_store, whole_store
from reconciliation.reading.rows import ANY_STORE, Kind, RowWriter, store_number


def add_findable(rows: RowWriter, events: Sequence[dict[str, Any]], ids: Collection[object], window: int) -> None:
    """Add those flagged events of a body whose ids have pointers; `window` is that in which the body arrived."""
    named = [event for event in events if event.get("id") in ids]
    rows.add(
        Kind.FINDABLE,
        [event["id"] for event in named],
        window,
        [ANY_STORE if is_of_any_store(event) else store_number(whole_store(event)) for event in named],
        contents=np.array([rows.keys.of_event(event) for event in named], np.uint64),
    )
