"""The places to look at a difference: the blobs of the archive and of the verdicts that hold its event, or should."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from fraud.quarantine_places import FOLDER as PLACES_FOLDER
from fraud.verdicts import time_path
from fraud.windows import WINDOW, compact_time
from reconciliation.capture.path import CaptureBlob, parse_blob_name
from reconciliation.comparing.differences import Difference
from reconciliation.reading.cases import PLACES_CASE

MAX_BLOBS = 8
"""Links of one difference."""


class Places:
    """The blobs that a run has read, to be found by partition and window. Paths are without their container."""

    def __init__(self, archive: Iterable[str], verdicts: Iterable[str]) -> None:
        self._archive: defaultdict[str, list[CaptureBlob]] = defaultdict(list)
        for path in sorted(set(archive)):
            if blob := parse_blob_name(path, 0):
                self._archive[blob.partition].append(blob)
        self._verdicts: defaultdict[str, list[str]] = defaultdict(list)
        self._by_place: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(set(verdicts)):
            of_time = self._by_place if path.startswith(PLACES_FOLDER) else self._verdicts
            of_time[path.removeprefix(PLACES_FOLDER).rpartition("/")[0]].append(path)

    def locate(self, difference: Difference) -> Difference:
        """The difference with the paths of the blobs to look at, container first."""
        ends = sorted({difference.window_end, *difference.seen})
        paths = [f"all-events/{path}" for path in self._captured(difference)]
        stores = (difference.store or "none", *difference.seen_stores)
        if difference.by_place or difference.event_id.startswith(PLACES_CASE):
            paths += [f"fraud-events/{path}" for end in ends for path in self._by_place[time_path(end)]]
        paths += [f"fraud-events/{path}" for end in ends for store in stores for path in self._judged(store, end)]
        return msgspec.structs.replace(difference, blobs=tuple(paths[:MAX_BLOBS]))

    def _captured(self, difference: Difference) -> list[str]:
        """Blobs that were triggered after the start of the event's window, up to the first one after its end."""
        if difference.partition is None or difference.arrived is None:
            return []
        near = [blob for blob in self._archive[difference.partition] if blob.triggered > difference.arrived - WINDOW]
        last = next((n for n, blob in enumerate(near) if blob.triggered > difference.arrived), len(near))
        return [blob.name for blob in near[: last + 1]]

    def _judged(self, store: str, end: datetime) -> list[str]:
        """The verdicts of a store's window."""
        name = f"/window-{store}-{compact_time(end)}"
        return [path for path in self._verdicts[time_path(end)] if name in path]
