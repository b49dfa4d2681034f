"""Verdicts on suspicious events, and the case that a window's verdicts make."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from fraud.events import StoreKey, store_key
from fraud.windows import Window

Band = Literal["low", "medium", "high", "unresolved"]
BANDS: tuple[Band, ...] = ("high", "medium", "low", "unresolved")

TOP_VERDICTS = 10
"""A case names this many of its worst events; all of them are in its blob."""

_encoder = msgspec.json.Encoder(order="deterministic")


class Reason(msgspec.Struct, frozen=True):
    """Why a rule added its weight to a score, in words that a person can check against the event."""

    rule: str
    weight: int
    evidence: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one suspicious id of a window.

    `event` is the archived event as its producer sent it. It is None, and the band `unresolved`, if the event never
    reached the archive.
    """

    event_id: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    score: int
    band: Band
    reasons: tuple[Reason, ...]
    rule_set: str
    run_id: str | None
    event: dict[str, Any] | None


class TopVerdict(msgspec.Struct, frozen=True):
    """One of the worst events of a case."""

    event_id: str
    score: int
    band: Band
    rules: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a window's analysis: one document per window, whose id is the window's name."""

    id: str
    store_id: StoreKey
    type: Literal["window"] = "window"
    window_start: datetime
    window_end: datetime
    suspicious: int
    bands: dict[str, int]
    max_score: int
    top: tuple[TopVerdict, ...]
    verdicts_blob: str
    """Container and path of the window's verdicts, one JSON object per line, in the order of their ids."""
    rule_set: str


def case_of(name: str, store_id: StoreKey | None, window: Window, verdicts: Sequence[Verdict], blob: str) -> Case:
    """The case of one window. The same verdicts make the same case. Raises ValueError without verdicts."""
    if not verdicts:
        raise ValueError(f"{name} has no verdicts")
    counts = Counter(verdict.band for verdict in verdicts)
    worst = sorted(verdicts, key=lambda verdict: (-verdict.score, verdict.event_id))[:TOP_VERDICTS]
    return Case(
        id=name,
        store_id=store_key(store_id),
        window_start=window.start,
        window_end=window.end,
        suspicious=len(verdicts),
        bands={band: counts[band] for band in BANDS},
        max_score=worst[0].score,
        top=tuple(
            TopVerdict(one.event_id, one.score, one.band, tuple(reason.rule for reason in one.reasons)) for one in worst
        ),
        verdicts_blob=blob,
        rule_set=verdicts[0].rule_set,
    )


def to_ndjson(verdicts: Iterable[Verdict]) -> bytes:
    """Verdicts, one per line. The same verdicts give the same bytes, whatever the order of their events' fields."""
    return _encoder.encode_lines(list(verdicts))


def from_ndjson(lines: bytes) -> list[Verdict]:
    """Read what `to_ndjson` wrote."""
    return _decoder.decode_lines(lines)


_decoder = msgspec.json.Decoder(Verdict)


def verdicts_path(name: str, window_end: datetime) -> str:
    """The path of a window's verdicts in `fraud-events`, by its end: `{yyyy}/{mm}/{dd}/{hh}{mm}/{name}.ndjson`."""
    return f"{time_path(window_end)}/{name}.ndjson"


def time_path(moment: datetime) -> str:
    """A moment as folders, in UTC: `{yyyy}/{mm}/{dd}/{hh}{mm}`."""
    return moment.astimezone(UTC).strftime("%Y/%m/%d/%H%M")
