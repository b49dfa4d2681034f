"""Five-minute windows: which window an event falls into, and the message that the stream job sends for one.

A window is (start, end]: an event enqueued at 10:10:00 belongs to the window that ends there. Windows align to zero
hour UTC (Stream Analytics, "Windowing functions").
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fraud.events import StoreKey
from fraud.readable import readable_objects
from fraud.suspicion import store_of

WINDOW = timedelta(minutes=5)
WINDOW_MILLISECONDS = WINDOW // timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
MAX_IDS = 20_000
"""More than a queue message of 256 KB on Standard can hold (an id takes about 39 bytes)."""
MAX_STORE_TEXT = 200
"""Characters of a store that is a text: each verdict of the window has it. The job sends numbers."""
_COMPACT = "%Y%m%dT%H%M%SZ"


class NotAWindowError(ValueError):
    """A row that is not a window; the message is the reason that goes to quarantine with it."""


class Window(msgspec.Struct, frozen=True, order=True):
    """The span (start, end], both in UTC."""

    start: datetime
    end: datetime


class SuspiciousWindow(msgspec.Struct, frozen=True):
    """The suspicious ids of one store in one window, each once, in order.

    `store_id` is None for events without a store. `repeated` are the ids that the row names more than once, each as
    often as it is named again: an event was sent again, or another content came under its id.
    """

    store_id: StoreKey | None
    ids: tuple[str, ...]
    window: Window
    repeated: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Computed from the content, so that the same window always has the same name, wherever it is written.

        For example `window-7-20260102T101000Z-` and 32 hexadecimal digits. It is the orchestration's instance id and
        part of every path. The digest keeps several messages of one store and window apart (large windows arrive in
        shards); it is taken of the ids as JSON, in which no list of ids reads like another, and has 128 bits, so that
        no sender can find two that share it.
        """
        digest = hashlib.sha256(msgspec.json.encode(self.ids)).hexdigest()[:32]
        return f"{window_label(self.store_id, self.window.end)}-{digest}"

    @property
    def former_name(self) -> str:
        """The name that an earlier version gave: an analysis that was started under it is not started again."""
        store = self.store_id
        label = hashlib.sha256(store.encode()).hexdigest()[:12] if isinstance(store, str) else store_label(store)
        digest = hashlib.sha256("\n".join(self.ids).encode()).hexdigest()[:12]
        return f"window-{label}-{compact_time(self.window.end)}-{digest}"


def window_label(store_id: StoreKey | None, end: datetime) -> str:
    """The names of a store's windows that end at a moment, without the digest: `window-7-20260102T101000Z`."""
    return f"window-{store_label(store_id)}-{compact_time(end)}"


def store_label(store_id: StoreKey | None) -> str:
    """A store id inside a name: a number as it is, a text, which no store of ours has, as `t` and its digest."""
    if store_id is None:
        return "none"
    if isinstance(store_id, int):
        return str(store_id)
    return f"t{hashlib.sha256(store_id.encode()).hexdigest()[:32]}"


def compact_time(moment: datetime) -> str:
    """A moment inside a name: `20260102T101000Z`."""
    return moment.astimezone(UTC).strftime(_COMPACT)


def moment_in(text: str) -> datetime | None:
    """The moment that `compact_time` wrote; None if it has not."""
    try:
        return datetime.strptime(text, _COMPACT).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_in_calendar(moment: datetime) -> bool:
    """True for a time with a zone whose year has four digits in UTC and some weeks earlier: paths and texts are in its
    order."""
    return moment.tzinfo is not None and _FIRST <= moment < _LAST


def window_of(enqueued: datetime) -> Window:
    """The window that an event enqueued at this moment belongs to, to the microsecond."""
    end = _EPOCH - (-(enqueued - _EPOCH) // WINDOW) * WINDOW
    return Window(start=end - WINDOW, end=end)


class WindowMessage(msgspec.Struct, frozen=True):
    """The contents of a queue message: its windows, and the problems of everything else in it."""

    windows: tuple[SuspiciousWindow, ...]
    problems: tuple[str, ...]


class _Row(msgspec.Struct, frozen=True):
    """A row of the stream job, before its content is checked.

    Rows of an earlier query, which may still be in the queue, carry the store in the form of its first event.
    """

    ids: list[Any]
    WindowStart: datetime
    WindowEnd: datetime
    store_id: bool | int | float | str | None = None


def parse_windows(body: bytes) -> WindowMessage:
    """Read a queue message: one JSON object, a list of them, or one per line.

    One bad row or id does not take the others with it: a single event whose id is a number would otherwise keep the
    whole window of its store from being judged. Never raises; what is wrong is in `problems`.
    """
    windows: list[SuspiciousWindow] = []
    problems: list[str] = []
    try:
        rows = _decode_rows(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        # A single id with half of a surrogate pair would take all windows of the message along.
        rows: list[Any] = [*readable_objects(body)]
        if not rows:
            return WindowMessage((), (f"not valid JSON: {error}",))
    for row in rows:
        try:
            window, strangers = _window(row)
        except NotAWindowError as problem:
            problems.append(str(problem))
        else:
            windows.append(window)
            if strangers:
                problems.append(f"{strangers} ids of {window.name} are not strings; the others are analysed")
    if not rows:
        problems.append("the message holds no window")
    return WindowMessage(tuple(windows), tuple(problems))


def _decode_rows(body: bytes) -> list[Any]:
    text = body.strip()
    return msgspec.json.decode(text) if text.startswith(b"[") else msgspec.json.Decoder().decode_lines(text)


def _window(content: Any) -> tuple[SuspiciousWindow, int]:
    """The window in a row, and how many of its ids had to be left out. Raises NotAWindowError."""
    try:
        row = msgspec.convert(content, _Row)
        window = Window(row.WindowStart.astimezone(UTC), row.WindowEnd.astimezone(UTC))
    except msgspec.ValidationError as error:
        raise NotAWindowError(f"not a window: {error}") from error
    except OverflowError as error:
        raise NotAWindowError(f"not a window: a time lies beyond the calendar: {error}") from error
    if row.WindowStart.tzinfo is None or row.WindowEnd.tzinfo is None:
        raise NotAWindowError("WindowStart and WindowEnd must carry a time zone")
    if isinstance(row.store_id, str) and not _is_whole(row.store_id):
        raise NotAWindowError("the store of the window holds half of a surrogate pair")
    if isinstance(row.store_id, str) and len(row.store_id) > MAX_STORE_TEXT:
        raise NotAWindowError(f"the store of the window has more than {MAX_STORE_TEXT} characters")
    if window.end - window.start != WINDOW or (window.end - _EPOCH) % WINDOW:
        # Its name has its end to the second: under it another one would be taken for analysed.
        raise NotAWindowError(f"{row.WindowStart} to {row.WindowEnd} is not a window of five minutes")
    ids = [event_id for event_id in row.ids if isinstance(event_id, str) and _is_whole(event_id)]
    if not ids:
        raise NotAWindowError("the ids of the window are not strings" if row.ids else "the window has no ids")
    if len(ids) > MAX_IDS:
        raise NotAWindowError(f"the window has {len(ids)} ids; at most {MAX_IDS} are accepted")
    repeated = tuple(sorted((Counter(ids) - Counter(set(ids))).elements()))
    store = row.store_id if isinstance(row.store_id, str) else store_of(row.store_id)
    return SuspiciousWindow(store, unique_ids(ids), window, repeated), len(row.ids) - len(ids)


def _is_whole(text: str) -> bool:
    """True if the text can be written: no half of a surrogate pair is in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unique_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Each id once, sorted: the order in COLLECT is not guaranteed, and a retried batch may repeat an id."""
    return tuple(sorted(set(ids)))
