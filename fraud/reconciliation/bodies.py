"""One captured body through two pairs of eyes: the archiver's, and the stream job's.

The archiver takes a body for one store event or puts it into quarantine. The stream job reads every JSON object that a
body holds (one, an array, or one a line), and a body with malformed JSON is lost to it.
"""

import msgspec

from fraud.events import MalformedEventError, StoreEvent, parse_event
from fraud.suspicion import SuspicionColumns, is_suspicious


class JobEvent(msgspec.Struct, frozen=True):
    """An event as the stream job sees it. `store_id` is whatever the body holds."""

    id: str
    store_id: object
    flagged: bool


class Body(msgspec.Struct, frozen=True):
    """What a body holds. `event` is None if it is malformed; then `embedded` are the events that the job reads all the
    same, and `nameless` counts flagged ones whose id is no string, which no window can name."""

    event: StoreEvent | None
    flagged: bool = False
    embedded: tuple[JobEvent, ...] = ()
    nameless: int = 0


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_one = msgspec.json.Decoder(SuspicionColumns)
_many = msgspec.json.Decoder(list[SuspicionColumns])


def read_body(body: bytes) -> Body:
    """Read a captured body. Raises nothing: what cannot be read is malformed."""
    try:
        event = parse_event(body)
    except MalformedEventError:
        return _malformed(body)
    return Body(event, is_suspicious(event.event_type, event.discount, event.priority_shipping))


def _malformed(body: bytes) -> Body:
    embedded: list[JobEvent] = []
    nameless = 0
    for columns in job_columns(body):
        flagged = is_suspicious(columns.event_type, columns.discount, columns.priority_shipping)
        if isinstance(columns.id, str):
            embedded.append(JobEvent(columns.id, columns.store_id, flagged))
        else:
            nameless += flagged
    return Body(None, embedded=tuple(embedded), nameless=nameless)


def job_columns(body: bytes) -> list[SuspicionColumns]:
    """The events that the stream job reads out of a body; none if any of it is not JSON."""
    text = body.removeprefix(_BYTE_ORDER_MARK).strip()
    try:
        if text.startswith(b"["):
            return _many.decode(text)
        try:
            return [_one.decode(text)]
        except msgspec.MsgspecError:
            lines = [line for line in text.splitlines() if line.strip()]
            return [_one.decode(line) for line in lines] if len(lines) > 1 else []
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return []
