"""The stamps that the archive adds to a document are compared with Capture: its place in the hub, and its arrival.

The archive keeps the stamps of the first arrival of a content, which is one of its captured sightings.
"""

from collections.abc import Sequence

from reconciliation.comparing.sightings import RowSighting
from reconciliation.reading.rows import Flag


def differing_stamps(document: RowSighting, captured: Sequence[RowSighting]) -> tuple[str, ...]:
    """The names of the stamps that no captured sighting of a document's content explains; none if one explains all."""
    further = ("ttl",) if document.flags & Flag.DIFFERS else ()
    return (*min((_differing(document, event) for event in captured), key=len, default=()), *further)


def is_of_place(document: RowSighting, event: RowSighting) -> bool:
    """True if a document names the place of a captured event as its own."""
    return (document.stream, document.sequence) == (event.stream, event.sequence)


def _differing(document: RowSighting, event: RowSighting) -> tuple[str, ...]:
    same = {
        "enqueued_time": document.window in event.windows,
        "partition": document.stream == event.stream,
        "sequence_number": document.sequence == event.sequence,
    }
    return tuple(name for name, is_same in same.items() if not is_same)
