"""One captured body as its two readers see it: the archiver, and the stream job.

The archiver reads a body as one store event or puts it into quarantine. The stream job reads every JSON object that a
body holds (one, an array, or one per line), and a body with malformed JSON is lost to it.
"""

from collections.abc import Sequence

import msgspec

from fraud.events import DOTS, FORBIDDEN_IN_IDS, MAX_ID_LENGTH, OWN_IDS, EventType, StoreNumber, is_event_id
from fraud.quarantine_index import is_nameable
from fraud.suspicion import SuspicionColumns, is_suspicious


class EventColumns(msgspec.Struct, gc=False):
    """The fields of a store event that are read here, typed as in `StoreEvent`; half the cost of reading all of it.

    A body whose only fault is in another field is taken for a store event here. The archiver quarantines it, and
    there it is found when Cosmos does not have it.
    """

    id: str
    event_type: EventType
    store_id: StoreNumber | None = None
    discount: float = 0.0
    priority_shipping: bool = False

    @property
    def flagged(self) -> bool:
        """The rule flags it."""
        return is_suspicious(self.event_type, self.discount, self.priority_shipping)


class JobEvent(msgspec.Struct, frozen=True):
    """An event as the stream job sees it: its own JSON, and what of it is read. `store_id` is whatever it holds."""

    id: str
    store_id: object
    flagged: bool
    body: bytes


class Body(msgspec.Struct, frozen=True):
    """The content of a body. `event` is None if it is malformed; then `embedded` are the events that the job reads all
    the same, and `nameless` counts flagged ones whose id no window can name."""

    event: EventColumns | None
    embedded: tuple[JobEvent, ...] = ()
    nameless: int = 0


_LONGEST_DOTS = max(map(len, DOTS))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_event = msgspec.json.Decoder(EventColumns)
_one = msgspec.json.Decoder(SuspicionColumns)
_many = msgspec.json.Decoder(list[msgspec.Raw])
_UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


def read_events(bodies: Sequence[bytes]) -> list[EventColumns] | None:
    """All bodies, if each is a store event: the way of almost every block. None otherwise; see `read_body`.

    Also None if an id is so short that it must be looked at by itself.
    """
    try:
        events = [*map(_event.decode, bodies)]
    except _UNREADABLE:
        return None
    ids = [event.id for event in events]
    lengths = set(map(len, ids))
    if lengths and not _LONGEST_DOTS < min(lengths) <= max(lengths) <= MAX_ID_LENGTH:
        return None
    text = "".join(ids)
    if not text.isascii() and not all(map(is_event_id, ids)):
        return None
    return None if any(part in text for part in (*FORBIDDEN_IN_IDS, OWN_IDS)) else events


def read_body(body: bytes) -> Body:
    """Read a captured body. Raises nothing: what cannot be read is malformed."""
    try:
        event = _event.decode(body)
    except _UNREADABLE:
        return _malformed(body)
    return Body(event) if is_event_id(event.id) else _malformed(body)


def _malformed(body: bytes) -> Body:
    embedded: list[JobEvent] = []
    nameless = 0
    for text, columns in zip(*job_events(body), strict=True):
        flagged = is_suspicious(columns.event_type, columns.discount, columns.priority_shipping)
        if isinstance(columns.id, str) and is_nameable(columns.id):
            embedded.append(JobEvent(columns.id, columns.store_id, flagged, text))
        else:
            nameless += flagged
    return Body(None, tuple(embedded), nameless)


def job_events(body: bytes) -> tuple[list[bytes], list[SuspicionColumns]]:
    """The events that the stream job reads out of a body, as texts and as columns; none if any of it is not JSON."""
    try:
        texts = _texts(body.removeprefix(_BYTE_ORDER_MARK).strip())
        return texts, [*map(_one.decode, texts)]
    except _UNREADABLE:
        return [], []


def _texts(text: bytes) -> list[bytes]:
    if text.startswith(b"["):
        return [*map(bytes, _many.decode(text))]
    try:
        _one.decode(text)
    except msgspec.MsgspecError:
        lines = [line for line in text.splitlines() if line.strip()]
        return lines if len(lines) > 1 else []
    return [text]
