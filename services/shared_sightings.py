"""One sighting of a document, whichever look-up gives it: a sale is met by its customer, its sku and its shelf."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fraud.context.sighting import Sighting, sighting

MOST_SHARED = 30_000
"""Documents that are known to have been read: those around some windows. Then all are forgotten at once."""

DocumentKey = tuple[str, str, str, int]
"""A document as it is now: its id and store, when its event arrived, and the second in which it was written."""


class SharedSightings:
    """The sightings of the documents that were read last."""

    def __init__(self, most: int = MOST_SHARED) -> None:
        self._most = most
        self._by_document: dict[DocumentKey, Sighting] = {}

    def of(self, document: DocumentKey, event: Mapping[str, Any], arrived: datetime) -> Sighting:
        """The sighting of a document's event; the same object as long as it is remembered."""
        seen = self._by_document.get(document)
        if seen is None:
            if len(self._by_document) >= self._most:
                self._by_document.clear()
            seen = self._by_document[document] = sighting(event, arrived)
        return seen
